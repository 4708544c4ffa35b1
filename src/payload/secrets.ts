/** Names under which programs keep secrets; `*` at the beginning or the end stands for anything. */
const SECRET_NAMES: readonly string[] = [
  '.env',
  '.env.*',
  '*.env',
  '.envrc',
  '*.pem',
  '*.key',
  '*.p12',
  '*.pfx',
  '*.jks',
  '*.keystore',
  '*.kdbx',
  '*.ppk',
  'id_rsa',
  'id_dsa',
  'id_ecdsa',
  'id_ecdsa_sk',
  'id_ed25519',
  'id_ed25519_sk',
  '.npmrc',
  '.pypirc',
  '.netrc',
  '_netrc',
  '.pgpass',
  '.my.cnf',
  '.htpasswd',
  '.dockercfg',
  '.git-credentials',
  '.vault_pass',
  '.vault-token',
  '.s3cfg',
  '.boto',
  '.terraformrc',
  '*.tfstate',
  'sftp-config.json',
  'kubeconfig',
  'credentials',
  'credentials.*',
  'secrets.json',
  'secrets.yml',
  'secrets.yaml',
];

/** Files and folders that hold secrets only where they stand. */
const SECRET_PLACES = /(^|\/)(\.vscode\/(sftp|ftp-kr)\.json|\.docker\/config\.json|\.kube\/config|\.(ssh|gnupg)\/.*)$/i;

/** What a look at the beginning of a file can take. */
const SCANNED_BYTES = 262_144;

/** Texts that are secrets wherever they stand. */
const TOKENS: readonly (readonly [what: string, pattern: RegExp])[] = [
  ['a private key', /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/],
  ['an AWS access key', /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/],
  ['a GitHub token', /\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{60})/],
  ['a GitLab token', /\bglpat-[A-Za-z0-9_-]{20}/],
  ['an npm token', /\bnpm_[A-Za-z0-9]{36}\b/],
  ['a Slack token', /\bxox[abprs]-[A-Za-z0-9-]{10}/],
  ['a Google API key', /\bAIza[A-Za-z0-9_-]{35}\b/],
  ['a Stripe key', /\b[rs]k_live_[A-Za-z0-9]{16}/],
];

/** Says whether a file's path is one under which secrets are kept. Examples (`.env.example`) are none. */
export function hasSecretName(path: string): boolean {
  if (SECRET_PLACES.test(path)) return true;
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  if (/\.(example|sample|template|dist)$/.test(name)) return false;
  return SECRET_NAMES.some((pattern) => {
    if (pattern.startsWith('*')) return name.endsWith(pattern.slice(1));
    return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
  });
}

/** What a file seems to hold that should not be in it, and where; only its beginning is looked at. */
export function findToken(bytes: Uint8Array): { readonly what: string; readonly line: number } | undefined {
  const text = latin1(bytes, SCANNED_BYTES);
  for (const [what, pattern] of TOKENS) {
    const found = pattern.exec(text);
    if (found) return { what, line: text.slice(0, found.index).split('\n').length };
  }
  return undefined;
}

/** Says whether a file begins as private keys do. */
export function hasSecretContent(bytes: Uint8Array): boolean {
  const start = latin1(bytes, 256);
  return /^(\xef\xbb\xbf)?\s*(-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----|PuTTY-User-Key-File-)/.test(start);
}

function latin1(bytes: Uint8Array, length: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, length)).toString('latin1');
}
