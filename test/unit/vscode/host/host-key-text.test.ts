import { expect, test } from 'vitest';
import { hostKeyText } from '../../../../src/vscode/host/host-key-text.ts';

test('hostKeyText() shows the key with its picture and how to see the same on the server', () => {
  const question = {
    server: 'web1',
    host: '[127.0.0.1]:2222',
    keyType: 'ssh-ed25519',
    fingerprint: 'SHA256:abc',
    randomart: '+-----+\n|  E  |\n+-----+',
    file: '/home/me/.ssh/known_hosts',
    knownTypes: ['ssh-rsa'],
  };
  expect(hostKeyText(question).split('\n')).toEqual([
    'Host key of web1',
    '',
    'Host         [127.0.0.1]:2222',
    'Key type     ssh-ed25519',
    'Known by     ssh-rsa',
    'Fingerprint  SHA256:abc',
    '',
    '+-----+',
    '|  E  |',
    '+-----+',
    '',
    "Compare it with what the server's owner says. On the server itself this prints the same:",
    '',
    '  ssh-keygen -lv -f /etc/ssh/ssh_host_ed25519_key.pub',
    '',
  ]);
});
