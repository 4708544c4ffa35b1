import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect } from 'vitest';
import { jsonLines, type Lab, startLab } from '../../fixtures/lab.ts';
import { fault } from '../fault.ts';
import { cutSessions, eventually } from './jobs.ts';

const CLI = resolve(import.meta.dirname, '../../../dist/cli.js');

/** Prints more than all that can wait on the way to a reader, and says in a file when it is through and what it was. */
const FLOOD = `#!/bin/bash
seq 1 3000000 | tee >(sha256sum >"$1.sum")
wait
echo done >"$1"
`;

fault(
  'F62',
  'a reader that does not read holds back its client only: the script goes on, and nothing is lost',
  async () => {
    await using lab = await startLab();
    const truth = join(lab.folder, 'truth');
    const reader = spawn(
      process.execPath,
      [CLI, ...optionsOf(lab), 'run', lab.script('flood.sh', FLOOD), '--on', 'web1', '--', truth],
      {
        stdio: ['ignore', 'pipe', 'ignore'],
      },
    );
    await eventually('the script is through', () => existsSync(truth), 60_000);
    expect(reader.exitCode).toBeNull();
    let text = '';
    for await (const chunk of reader.stdout.setEncoding('utf8')) text += chunk;
    const hash = createHash('sha256').update(text.replaceAll('web1 │ ', ''));
    if (reader.exitCode === null) await once(reader, 'exit');
    expect([reader.exitCode, hash.digest('hex')]).toEqual([0, sumOf(truth)]);
  },
);

fault('F62', 'a client that is stopped in mid-run goes on where it was', async () => {
  await using lab = await startLab();
  const truth = join(lab.folder, 'truth');
  const running = lab.start('run', lab.script('flood.sh', FLOOD), '--on', 'web1', '--json', '--', truth);
  await running.saw('"output"');
  running.child.kill('SIGSTOP');
  await eventually('the script is through', () => existsSync(truth), 60_000);
  running.child.kill('SIGCONT');
  const { code, stdout } = await running.ended;
  const hash = createHash('sha256');
  for (const { type, text } of jsonLines(stdout)) if (type === 'output') hash.update(String(text));
  expect([code, hash.digest('hex')]).toEqual([0, sumOf(truth)]);
});

fault('F62', 'a database that is held for longer than anybody waits breaks no run that has begun', async () => {
  await using lab = await startLab();
  const gate = join(lab.folder, 'gate');
  const script = lab.script(
    'gate.sh',
    '#!/bin/sh\necho begun\nwhile ! [ -e "$1" ]; do sleep 0.05; done\necho over\nexit 5\n',
  );
  const running = lab.start('run', script, '--on', 'web1', '--', gate);
  await running.saw('begun');
  const id = String(jsonLines((await lab.cli('runs', '--json')).stdout)[0]?.id);
  {
    using _held = holdDatabase(lab);
    writeFileSync(gate, '');
    const { code, stdout, stderr } = await running.ended;
    expect(stdout).toBe('web1 │ begun\nweb1 │ over\n');
    expect(stderr).toMatch(/web1 │ · Cannot use the database .*: another program has held it for too long/);
    expect(stderr).toMatch(/web1 +failed \(exit code 5\)/);
    expect(code).toBe(5);
  }
  const { stdout, stderr } = await lab.cli('logs', id);
  expect(stdout).toBe('web1 │ begun\nweb1 │ over\n');
  expect(stderr).toMatch(/web1 +failed \(exit code 5\)/);
});

fault('F62', 'a database that is held while a connection drops is no reason to leave the script', async () => {
  await using lab = await startLab();
  const gate = join(lab.folder, 'gate');
  const script = lab.script('gate.sh', '#!/bin/sh\necho begun\nwhile ! [ -e "$1" ]; do sleep 0.05; done\necho over\n');
  const running = lab.start('run', script, '--on', 'web1', '--', gate);
  await running.saw('begun');
  {
    using _held = holdDatabase(lab);
    for (const server of lab.servers) cutSessions(server);
    writeFileSync(gate, '');
    const { code, stdout } = await running.ended;
    expect([code, stdout]).toEqual([0, 'web1 │ begun\nweb1 │ over\n']);
  }
});

fault('F62', 'a database that cannot be written stops a run before anything is sent, in a sentence', async () => {
  await using lab = await startLab();
  await lab.cli('runs');
  const truth = join(lab.folder, 'truth');
  using _held = holdDatabase(lab);
  const { code, stderr } = await lab.cli(
    'run',
    lab.script('mark.sh', `#!/bin/sh\necho started >'${truth}'\n`),
    '--on',
    'web1',
  );
  expect(stderr).toContain('another program has held it for too long; close that program or try again');
  expect(code).not.toBe(0);
  expect(existsSync(truth)).toBe(false);
});

/** Keeps all others from writing, for as long as it stands. */
function holdDatabase({ dataDir }: Lab): Disposable {
  const database = new DatabaseSync(join(dataDir, 'cronium.db'));
  database.exec('PRAGMA busy_timeout = 5000; BEGIN IMMEDIATE');
  return {
    [Symbol.dispose]: () => {
      database.exec('ROLLBACK');
      database.close();
    },
  };
}

function sumOf(truth: string): string {
  return readFileSync(`${truth}.sum`, 'utf8').slice(0, 64);
}

function optionsOf({ sshConfigFile, dataDir, folder }: Lab): string[] {
  return ['-F', sshConfigFile, '--data-dir', dataDir, '--config', join(folder, 'config.yaml')];
}
