import { expect, test } from 'vitest';
import { shortPath } from '../../../../src/vscode/host/short-path.ts';

test('shortPath() writes the home as people do, and nothing else', () => {
  expect(shortPath('/home/me/.ssh/known_hosts', '/home/me')).toBe('~/.ssh/known_hosts');
  expect(shortPath('/home/mean/known_hosts', '/home/me')).toBe('/home/mean/known_hosts');
  expect(shortPath('/etc/ssh/ssh_known_hosts', '/home/me')).toBe('/etc/ssh/ssh_known_hosts');
});
