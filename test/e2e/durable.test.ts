import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { jsonLines, type Lab, type Running, startLab } from '../fixtures/lab.ts';

/** Counts to 40, and waits in the middle until the file exists that its argument names. */
const COUNTING = `#!/bin/sh
for i in $(seq 1 40); do
  echo "line $i"
  while [ "$i" = 20 ] && ! [ -e "$1" ]; do sleep 0.05; done
done
exit 5
`;
const LINES = Array.from({ length: 40 }, (_, index) => `line ${index + 1}`);

let lab: Lab;
let gates = 0;

/** A run of the counting script, which waits at a gate of its own. */
function startCounting(servers: string): Running & { openGate(): void } {
  const gate = join(lab.folder, `gate${gates++}`);
  const script = lab.script('counting.sh', COUNTING);
  const running = lab.start('run', script, '--on', servers, '--json', '--', gate);
  return { ...running, openGate: () => writeFileSync(gate, '') };
}

async function kill(running: Running): Promise<void> {
  running.child.kill('SIGKILL');
  await running.ended;
}

async function lastRun(): Promise<Record<string, unknown>> {
  const [run] = jsonLines((await lab.cli('runs', '--json')).stdout);
  if (!run) throw new Error('There is no run');
  return run;
}

beforeAll(async () => {
  lab = await startLab({ servers: 2 });
});
afterAll(() => lab[Symbol.asyncDispose]());

test('after kill -9 of the client in mid-run, cronium logs shows the whole log and the true end', async () => {
  const running = startCounting('web1,web2');
  await running.saw('line 20\\n', 2);
  await kill(running);
  running.openGate();
  const id = String((await lastRun()).id);
  const { stdout, stderr } = await lab.cli('logs', id);
  for (const server of ['web1', 'web2']) {
    const lines = stdout.split('\n').filter((line) => line.startsWith(`${server} │ `));
    expect(lines.map((line) => line.slice(7))).toEqual(LINES);
    expect(stderr).toMatch(new RegExp(`${server} +failed \\(exit code 5\\)`));
  }
  const run = await lastRun();
  expect(run).toMatchObject({ id, status: 'failed' });
  expectMirrorsEqualSpools(lab);
});

test('cronium runs brings a run up to date without waiting for its end', async () => {
  const running = startCounting('web1');
  await running.saw('line 2\\n');
  await kill(running);
  const run = await lastRun();
  expect(run).toMatchObject({ status: 'running' });
  running.openGate();
  const { stdout } = await lab.cli('logs', String(run.id), '--raw', '--server', 'web1');
  expect(stdout).toBe(`${LINES.join('\n')}\n`);
});

test('a second process follows a run of the first live', async () => {
  const running = startCounting('web1');
  await running.saw('line 2\\n');
  const id = String((await lastRun()).id);
  const following = lab.start('logs', id);
  await following.saw('line 20\n');
  running.openGate();
  const { stdout } = await following.ended;
  expect(
    stdout
      .trim()
      .split('\n')
      .map((line) => line.slice(7)),
  ).toEqual(LINES);
  expect((await running.ended).code).toBe(5);
});

test('who follows a run of another process goes on when that one is killed', async () => {
  const running = startCounting('web1');
  await running.saw('line 2\\n');
  const id = String((await lastRun()).id);
  const following = lab.start('logs', id);
  await following.saw('line 20\n');
  await kill(running);
  running.openGate();
  const { stdout, stderr } = await following.ended;
  expect(
    stdout
      .trim()
      .split('\n')
      .map((line) => line.slice(7)),
  ).toEqual(LINES);
  expect(stderr).toMatch(/web1 +failed \(exit code 5\)/);
});

test('a connection that is cut in mid-run is attached again; the script does not notice', async () => {
  const running = startCounting('web1');
  await running.saw('line 5\\n');
  cutConnections(lab);
  running.openGate();
  const { code, stdout } = await running.ended;
  expect(code).toBe(5);
  const text = jsonLines(stdout)
    .filter(({ type }) => type === 'output')
    .map(({ text }) => text)
    .join('');
  expect(text).toBe(`${LINES.join('\n')}\n`);
  expect(jsonLines(stdout).some(({ type, phase }) => type === 'phase' && phase === 'detached')).toBe(true);
});

/** Ends the sessions of web1's sshd (not its listener), as a lost network does. */
function cutConnections(of: Lab): void {
  const port = of.servers[0]?.port;
  const pids = execFileSync('pgrep', ['-f', '^sshd: root@notty'], { encoding: 'utf8' }).trim().split('\n');
  const ours = pids.filter((pid) => {
    const parent = execFileSync('ps', ['-o', 'ppid=', '-p', pid], { encoding: 'utf8' }).trim();
    return execFileSync('ps', ['-o', 'args=', '-p', parent], { encoding: 'utf8' }).includes(
      of.servers[0]?.folder ?? '',
    );
  });
  expect(ours, `sessions of the server on port ${port}`).not.toEqual([]);
  for (const pid of ours) process.kill(Number(pid), 'SIGKILL');
}

/** Two rows of files are equal: the promise behind "every line, once, in order". */
function expectMirrorsEqualSpools(of: Lab): void {
  for (const { stateHome } of of.servers) {
    const jobs = execFileSync('ls', [join(stateHome, 'cronium/jobs')], { encoding: 'utf8' })
      .trim()
      .split('\n');
    for (const job of jobs) {
      execFileSync('diff', ['-r', join(stateHome, 'cronium/jobs', job, 'spool'), join(of.dataDir, 'logs', job)]);
    }
  }
}
