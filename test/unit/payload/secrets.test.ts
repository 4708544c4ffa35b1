import { expect, test } from 'vitest';
import { hasSecretContent, hasSecretName } from '../../../src/payload/secrets.ts';

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
