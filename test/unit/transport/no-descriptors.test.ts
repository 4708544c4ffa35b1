import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const SRC = join(import.meta.dirname, '../../../src');

/** Runs `attempt` in a process that has no free file descriptor, and tells with which code it was refused. */
async function refusedWith(attempt: string): Promise<string> {
  const program = `
    import { closeSync, openSync } from 'node:fs';
    const { createTransports } = await import('${SRC}/transport/pool.ts');
    const { startProxyCommand } = await import('${SRC}/transport/ssh/proxy-command.ts');
    const { signal } = new AbortController();
    const transports = createTransports({ homeDir: '${tmpdir()}', env: process.env, prompts: {}, log: () => {} });
    const open = (kind) => transports.get({ name: kind, kind, address: 'web', tags: [] }).open('true', { signal });
    const taken = [];
    try {
      for (;;) taken.push(openSync('/dev/null'));
    } catch {}
    // Not one for a child's pipes.
    closeSync(taken.pop());
    const code = await Promise.try(() => ${attempt}).then(() => 'opened', (error) => error.code);
    // An error that nobody listens to comes in a later turn.
    await new Promise((resolve) => setImmediate(resolve));
    for (const descriptor of taken) closeSync(descriptor);
    console.log(code);`;
  const shell = 'ulimit -n 80; exec "$0" --no-warnings --input-type=module -e "$1"';
  const { stdout } = await promisify(execFile)('/bin/sh', ['-c', shell, process.execPath, program]);
  return stdout.trim();
}

test('without a free file descriptor a command is refused, and the program goes on', async () => {
  expect(await refusedWith(`open('local')`)).toBe('connect/local');
  expect(await refusedWith(`open('ssh')`)).toBe('connect/config');
  expect(await refusedWith(`startProxyCommand({ name: 'web', proxyCommand: 'true' }, { env: {} })`)).toBe(
    'connect/proxy',
  );
});
