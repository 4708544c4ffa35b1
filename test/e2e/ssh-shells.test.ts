import { expect, test } from 'vitest';
import { sshConfig } from '../fixtures/sshd.ts';
import { connectTo, read } from '../fixtures/sshd-client.ts';
import { startShellServer } from '../fixtures/sshd-shell.ts';

// The command is read by the login shell, whichever it is; stdin must not be touched by it.
for (const shell of ['/bin/bash', '/bin/dash', '/usr/bin/zsh', '/usr/bin/fish', '/bin/tcsh', '/usr/bin/busybox']) {
  test(`open() starts a command under the login shell ${shell}`, async () => {
    await using server = await startShellServer({ shell });
    await using client = connectTo(sshConfig(server.folder, [{ alias: 'web', server }]));
    const process = await client.open('web', "exec /bin/sh -c 'cat; id -un; exit 7'", {
      ahead: Buffer.from('\0ahead\n'),
    });
    process.stdin.end();
    expect(await read(process)).toEqual({ stdout: '\0ahead\nshelly\n', stderr: '', exit: { kind: 'exited', code: 7 } });
  });
}
