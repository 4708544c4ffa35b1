import { expect, test } from 'vitest';
import { planAlgorithms } from '../../../../src/transport/ssh/algorithms.ts';
import { buildResolvedHost, parseSshG } from '../../../../src/transport/ssh/resolved-host.ts';

const LOCAL = { homeDir: '/home/ann', env: {}, userName: 'ann', hostName: 'desk', platform: 'linux' as const };
const plan = (lines: readonly string[], knownTypes: readonly string[] = []) =>
  planAlgorithms(buildResolvedHost('web', parseSshG(lines.join('\n')), LOCAL), knownTypes);

test('planAlgorithms() offers nothing with SHA-1, CBC, group-exchange or compression', () => {
  const offer = plan([]);
  expect(Object.values(offer).flat().join(' ')).not.toMatch(/sha1|cbc|group-exchange|zlib/);
  expect([offer.kex[0], offer.serverHostKey[0], offer.cipher[0], offer.compress]).toEqual([
    'curve25519-sha256',
    'ssh-ed25519',
    'aes128-gcm@openssh.com',
    ['none'],
  ]);
});

test('planAlgorithms() keeps our order within what the configuration allows', () => {
  expect(plan(['ciphers aes256-ctr,unknown,aes128-gcm@openssh.com']).cipher).toEqual([
    'aes128-gcm@openssh.com',
    'aes256-ctr',
  ]);
  expect(() => plan(['macs umac-64@openssh.com'])).toThrow(
    'Cannot connect to "web": its SSH configuration allows with MACs only what is not supported (umac-64@openssh.com)',
  );
});

test('planAlgorithms() asks for the known types of key first', () => {
  expect(plan([], ['ssh-rsa']).serverHostKey.slice(0, 3)).toEqual(['rsa-sha2-512', 'rsa-sha2-256', 'ssh-ed25519']);
  expect(plan([], ['ecdsa-sha2-nistp256', 'ssh-dss']).serverHostKey[0]).toBe('ecdsa-sha2-nistp256');
});
