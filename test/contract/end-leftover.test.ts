import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { endLeftover } from '../faults/lab/processes.ts';

test('endLeftover() ends those that name the folder, in their arguments or their environment, and nobody else', async () => {
  const folder = '/nowhere/cf-left';
  const named = spawn('sh', ['-c', 'read -r line', folder]);
  const marked = spawn('sleep', ['600'], { env: { ...process.env, TMPDIR: folder } });
  const other = spawn('sleep', ['600']);
  await Promise.all([named, marked, other].map((child) => once(child, 'spawn')));
  const ended = Promise.all([once(named, 'exit'), once(marked, 'exit')]);
  try {
    expect(await endLeftover(folder)).toEqual(expect.arrayContaining(['sleep 600', expect.stringContaining(folder)]));
    expect((await ended).map(([, signal]) => signal)).toEqual(['SIGKILL', 'SIGKILL']);
    expect(other.signalCode).toBeNull();
    expect(await endLeftover(folder)).toEqual([]);
  } finally {
    for (const child of [named, marked, other]) child.kill('SIGKILL');
  }
});
