import { expect, test } from 'vitest';
import { findToken, hasSecretContent, hasSecretName } from '../../../src/payload/secrets.ts';

test.each<[string, boolean]>([
  ['.env', true],
  ['app/.env.production', true],
  ['prod.env', true],
  ['.env.example', false],
  ['environment.sh', false],
  ['tls/server.PEM', true],
  ['server.key', true],
  ['keys.txt', false],
  ['.ssh/id_ed25519', true],
  ['id_ed25519.pub', false],
  ['.aws/credentials', true],
  ['credentials.json', true],
  ['vault.kdbx', true],
  ['.npmrc', true],
  ['.vscode/sftp.json', true],
  ['web/.vscode/sftp.json', true],
  ['sftp.json', false],
  ['.vscode/settings.json', false],
  ['home/.ssh/config', true],
  ['.kube/config', true],
  ['.kube/configmap.yaml', false],
  ['infra/prod.tfstate', true],
  ['.envrc', true],
  ['run.sh', false],
])('hasSecretName(%j) is %j', (path, expected) => {
  expect(hasSecretName(path)).toBe(expected);
});

test.each<[string, boolean]>([
  ['-----BEGIN OPENSSH PRIVATE KEY-----\nabc', true],
  ['\n-----BEGIN PRIVATE KEY-----', true],
  ['\ufeff-----BEGIN RSA PRIVATE KEY-----', true],
  ['PuTTY-User-Key-File-3: ssh-ed25519', true],
  ['-----BEGIN CERTIFICATE-----', false],
  ['# -----BEGIN PRIVATE KEY-----', false],
  ['', false],
])('hasSecretContent(%j) is %j', (content, expected) => {
  expect(hasSecretContent(Buffer.from(content))).toBe(expected);
});

test.each<[string, ReturnType<typeof findToken>]>([
  ['a\n  -----BEGIN RSA PRIVATE KEY-----\n', { what: 'a private key', line: 2 }],
  ['AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE', { what: 'an AWS access key', line: 1 }],
  [`t=ghp_${'x'.repeat(36)}`, { what: 'a GitHub token', line: 1 }],
  [`\r\n\r\nglpat-${'x'.repeat(20)}`, { what: 'a GitLab token', line: 3 }],
  [`npm_${'x'.repeat(36)}`, { what: 'an npm token', line: 1 }],
  ['xoxb-1234567890-abc', { what: 'a Slack token', line: 1 }],
  [`AIza${'x'.repeat(35)}`, { what: 'a Google API key', line: 1 }],
  [`sk_live_${'x'.repeat(24)}`, { what: 'a Stripe key', line: 1 }],
  ['ghp_short', undefined],
  ['XAKIAIOSFODNN7EXAMPLE', undefined],
  [`${' '.repeat(262_144)}AKIAIOSFODNN7EXAMPLE`, undefined],
  ['', undefined],
])('findToken(%j) is %j', (content, expected) => {
  expect(findToken(Buffer.from(content))).toEqual(expected);
});
