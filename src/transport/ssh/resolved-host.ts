import { tokenise } from './tokens.ts';

/** Where and as whom we connect to one server, as its SSH configuration says. Paths are complete. */
export interface ResolvedHost {
  /** What the user called it: for messages and `%n`. */
  readonly name: string;
  readonly hostname: string;
  readonly user: string;
  readonly port: number;
  readonly identityFiles: readonly string[];
  /** The user named the identity files; otherwise they are ssh's default list. */
  readonly identityFilesAreNamed: boolean;
  readonly identitiesOnly: boolean;
  /** The agent's socket, if there is an agent. */
  readonly agentSocket?: string;
  readonly userKnownHostsFiles: readonly string[];
  readonly globalKnownHostsFiles: readonly string[];
  readonly strictHostKeyChecking: 'ask' | 'yes' | 'accept-new' | 'no';
  readonly hashKnownHosts: boolean;
  readonly hostKeyAlias?: string;
  /** From the first hop to the last, each an address; empty without jump hosts. */
  readonly proxyJump: readonly string[];
  /** A command line for the user's shell, tokens expanded. */
  readonly proxyCommand?: string;
  readonly addressFamily: 'any' | 'inet' | 'inet6';
  readonly bindAddress?: string;
  readonly connectTimeoutMs: number;
  readonly keepaliveIntervalMs: number;
  readonly keepaliveCountMax: number;
  /** The methods that are allowed. A key is always tried before anything that a person types. */
  readonly authentication: readonly AuthenticationMethod[];
  readonly passwordPrompts: number;
  readonly batchMode: boolean;
  readonly algorithms: AlgorithmLists;
  readonly publicKeyAlgorithms: readonly string[];
  readonly minimumRsaBits: number;
  /** Variables that the configuration sends along with a command. */
  readonly environment: Readonly<Record<string, string>>;
}

export type AuthenticationMethod = 'publickey' | 'keyboard-interactive' | 'password';

/** The names that the configuration allows, from every list that `ssh -G` prints. */
export interface AlgorithmLists {
  readonly kex: readonly string[];
  readonly hostKey: readonly string[];
  readonly cipher: readonly string[];
  readonly mac: readonly string[];
}

/** What expanding a configuration needs to know of this machine. */
export interface LocalSide {
  readonly homeDir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly userName: string;
  readonly hostName: string;
  readonly platform: NodeJS.Platform;
}

/** Where the agent of Windows' own OpenSSH listens, which has no variable to say so. */
const WINDOWS_AGENT = '\\\\.\\pipe\\openssh-ssh-agent';

/** The connect timeout when the configuration names none. */
export const CONNECT_TIMEOUT_MS = 15_000;

/** What a timer can wait; it takes a longer time for none. */
const MAX_TIMEOUT_MS = 2_147_483_647;

const DEFAULT_IDENTITIES = /^~\/\.ssh\/id_(rsa|ecdsa|ecdsa_sk|ed25519|ed25519_sk|xmss|dsa|mldsa\S*)$/;
const ALL_METHODS = ['gssapi-with-mic', 'hostbased', 'publickey', 'keyboard-interactive', 'password'];

/** `ssh -G` as a map from the directive in lower case to its values, in order. Lines that are none are skipped. */
export function parseSshG(output: string): ReadonlyMap<string, readonly string[]> {
  const directives = new Map<string, string[]>();
  for (const line of output.split(/\r?\n/)) {
    const space = line.indexOf(' ');
    if (space < 1) continue;
    const name = line.slice(0, space).toLowerCase();
    const values = directives.get(name) ?? [];
    values.push(line.slice(space + 1));
    directives.set(name, values);
  }
  return directives;
}

/** Builds the host that `directives` describe. Knows nothing of directives that we do not support: see `unsupported.ts`. */
export function buildResolvedHost(
  name: string,
  directives: ReadonlyMap<string, readonly string[]>,
  local: LocalSide,
): ResolvedHost {
  const one = (key: string): string | undefined => {
    const value = directives.get(key)?.[0];
    return value === undefined || value === 'none' || value === '' ? undefined : value;
  };
  const all = (key: string) => (directives.get(key) ?? []).filter((value) => value !== 'none' && value !== '');
  const isYes = (key: string) => ['yes', 'true'].includes(one(key) ?? '');
  const list = (key: string) => (one(key) ?? '').split(',').filter((item) => item !== '');
  const seconds = (key: string) => Math.max(0, Number.parseInt(one(key) ?? '0', 10) || 0);

  const hostname = one('hostname') ?? name;
  const user = one('user') ?? local.userName;
  const port = Number.parseInt(one('port') ?? '22', 10) || 22;
  const hostKeyAlias = one('hostkeyalias');
  const jumps = list('proxyjump');
  const tokens = tokenise({ name, hostname, user, port, hostKeyAlias, jump: jumps.join(',') }, local);
  const proxyCommand = one('proxycommand');
  const bindAddress = one('bindaddress');
  const identityFiles = all('identityfile');
  const agentSocket = agentSocketOf(directives.get('identityagent')?.[0], tokens.path, local);
  const connectTimeoutMs = Math.min(seconds('connecttimeout') * 1000, MAX_TIMEOUT_MS);

  return {
    name,
    hostname,
    user,
    port,
    identityFiles: identityFiles.map(tokens.path),
    identityFilesAreNamed: !identityFiles.every((file) => DEFAULT_IDENTITIES.test(file)) || identityFiles.length < 4,
    identitiesOnly: isYes('identitiesonly'),
    ...(agentSocket === undefined ? {} : { agentSocket }),
    userKnownHostsFiles: splitPaths(all('userknownhostsfile')).map(tokens.path),
    globalKnownHostsFiles: splitPaths(all('globalknownhostsfile')).map(tokens.path),
    strictHostKeyChecking: strictness(one('stricthostkeychecking')),
    hashKnownHosts: isYes('hashknownhosts'),
    ...(hostKeyAlias === undefined ? {} : { hostKeyAlias }),
    proxyJump: jumps.map(tokens.command),
    ...(proxyCommand === undefined ? {} : { proxyCommand: tokens.command(proxyCommand) }),
    addressFamily: addressFamily(one('addressfamily')),
    ...(bindAddress === undefined ? {} : { bindAddress }),
    connectTimeoutMs: connectTimeoutMs === 0 ? CONNECT_TIMEOUT_MS : connectTimeoutMs,
    keepaliveIntervalMs: seconds('serveraliveinterval') * 1000,
    keepaliveCountMax: seconds('serveralivecountmax'),
    authentication: allowedMethods(directives),
    passwordPrompts: seconds('numberofpasswordprompts'),
    batchMode: isYes('batchmode'),
    algorithms: {
      kex: list('kexalgorithms'),
      hostKey: list('hostkeyalgorithms'),
      cipher: list('ciphers'),
      mac: list('macs'),
    },
    publicKeyAlgorithms: [...list('pubkeyacceptedalgorithms'), ...list('pubkeyacceptedkeytypes')],
    minimumRsaBits: seconds('requiredrsasize'),
    environment: environmentOf(all('setenv'), all('sendenv'), local.env),
  };
}

/** Every method that the configuration allows, ours and those that we do not have. */
export function configuredMethods(directives: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const value = (key: string) => directives.get(key)?.[0] ?? '';
  const preferred = value('preferredauthentications');
  const names = preferred === '' || preferred === 'none' ? ALL_METHODS : preferred.split(',');
  const isOff: Record<string, boolean> = {
    'gssapi-with-mic': !['yes', 'true'].includes(value('gssapiauthentication')),
    hostbased: !['yes', 'true'].includes(value('hostbasedauthentication')),
    publickey: ['no', 'false'].includes(value('pubkeyauthentication')),
    'keyboard-interactive': ['no', 'false'].includes(value('kbdinteractiveauthentication')),
    password: ['no', 'false'].includes(value('passwordauthentication')),
  };
  return names.filter((method) => isOff[method] === false);
}

function allowedMethods(directives: ReadonlyMap<string, readonly string[]>): readonly AuthenticationMethod[] {
  return configuredMethods(directives).filter(
    (method) => method === 'publickey' || method === 'keyboard-interactive' || method === 'password',
  );
}

/** `ssh -G` prints several paths with spaces between and without quotes: a word that is no path belongs to the one before. */
function splitPaths(values: readonly string[]): readonly string[] {
  const paths: string[] = [];
  for (const word of values.flatMap((value) => value.split(' '))) {
    const last = paths.length - 1;
    if (last >= 0 && !/^(?:[/~%$]|[A-Za-z]:)/.test(word)) paths[last] = `${paths[last]} ${word}`;
    else paths.push(word);
  }
  return paths;
}

function agentSocketOf(
  value: string | undefined,
  path: (text: string) => string,
  local: LocalSide,
): string | undefined {
  if (value === 'none') return undefined;
  if (value === undefined || value === '' || value === 'SSH_AUTH_SOCK') {
    return nonEmpty(local.env.SSH_AUTH_SOCK) ?? (local.platform === 'win32' ? WINDOWS_AGENT : undefined);
  }
  if (/^\$[A-Za-z_]\w*$/.test(value)) return nonEmpty(local.env[value.slice(1)]);
  return path(value);
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}

function strictness(value: string | undefined): ResolvedHost['strictHostKeyChecking'] {
  switch (value) {
    case 'yes':
    case 'true':
      return 'yes';
    case 'no':
    case 'off':
    case 'false':
      return 'no';
    case 'accept-new':
      return 'accept-new';
    default:
      return 'ask';
  }
}

function addressFamily(value: string | undefined): ResolvedHost['addressFamily'] {
  return value === 'inet' || value === 'inet6' ? value : 'any';
}

function environmentOf(
  set: readonly string[],
  send: readonly string[],
  env: LocalSide['env'],
): Readonly<Record<string, string>> {
  const variables: Record<string, string> = {};
  const patterns = send.flatMap((line) => line.split(/\s+/)).map(wildcard);
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && patterns.some((pattern) => pattern.test(name))) variables[name] = value;
  }
  for (const assignment of set) {
    const equals = assignment.indexOf('=');
    if (equals > 0) variables[assignment.slice(0, equals)] = assignment.slice(equals + 1);
  }
  return variables;
}

function wildcard(pattern: string): RegExp {
  const source = pattern
    .replace(/[\\^$.+()|{}[\]]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`);
}
