import { expect, test } from 'vitest';
import { sshArguments, sshCommandLine } from '../../../../../src/vscode/commands/servers/ssh-command.ts';

test('sshArguments() reaches the same server as Cronium', () => {
  const check = (address: string, expected: readonly string[]) =>
    expect(sshArguments({ address }, {})).toEqual(expected);
  check('web1', ['web1']);
  check('deploy@web1.example.com:2222', ['-p', '2222', 'deploy@web1.example.com']);
  check('root@[::1]:22', ['-p', '22', 'root@::1']);
  expect(sshArguments({ address: 'web1' }, { configFile: '/a b/config' })).toEqual(['-F', '/a b/config', 'web1']);
});

test('sshArguments() lets nothing pass for an option or a command', () => {
  for (const address of ['-oProxyCommand=id', 'a;id', '$(id)', 'root@-x', 'a b']) {
    expect(() => sshArguments({ address }, {})).toThrow(/^Cannot connect to/);
  }
});

test('sshCommandLine() quotes for a shell', () => {
  expect(sshCommandLine({ address: 'web1:22' }, { configFile: "/it's here/config" })).toBe(
    "ssh -F '/it'\\''s here/config' -p 22 web1",
  );
});
