import { randomBytes } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { RunEvent } from '../../../src/domain/run-event.ts';
import { outcomeOf, outputOf } from '../../fixtures/lab.ts';
import { startShellServer } from '../../fixtures/sshd-shell.ts';
import { fault } from '../fault.ts';
import { labOf } from '../lab/alias.ts';
import { filesBelow, inside, smallDisk } from '../lab/disk.ts';
import { until } from '../lab/until.ts';

/** A run on a server whose disk is so small: it succeeds, or says that the disk is full and leaves nothing half-done. */
async function checkSmall(options: string, more: readonly string[] = []): Promise<'ran' | 'refused'> {
  const mounts = (home: string) => [...smallDisk(options)(home), ...more];
  await using server = await startShellServer({ shell: '/bin/sh', mounts });
  await using lab = await labOf(server);
  const events = await lab.run(lab.script('it.sh', '#!/bin/sh\necho it runs\n'), { on: ['web1'] });
  const outcome = outcomeOf(events, 'web1');
  const find = () => [server.home, '/var/tmp'].flatMap((folder) => filesBelow(inside(server, folder)));
  // The server tidies up when it has said what is wrong.
  await expect
    .poll(() => find().filter((name) => /\/\.(up|probe|gone)-/.test(name)), { message: options, timeout: 10_000 })
    .toEqual([]);
  const left = find();
  if (outputOf(events, 'web1') === 'it runs\n') {
    expect(outcome, options).toEqual({ kind: 'succeeded', exitCode: 0 });
    return 'ran';
  }
  expect(outcome, options).toMatchObject({ kind: 'broken', message: expect.stringMatching(SAID) });
  // A job that never was leaves no directory, but for one that got as far as telling why.
  expect(
    left.filter((name) => name.includes('/jobs/') && /\/work\//.test(name)),
    options,
  ).toEqual([]);
  return 'refused';
}

const SAID = /KiB free, the runner needs \d+ KiB|disk is full|no directory is ours|Cannot deploy|no space left/i;

fault(
  'F40',
  'a disk that is full at any point of deploy and upload is told, with what is there and what is needed',
  async () => {
    const found: string[] = [];
    for (const sizes of [
      [4, 1024, 2432],
      [2688, 2752, 8192],
    ]) {
      found.push(...(await Promise.all(sizes.map((size) => checkSmall(`size=${size}k`)))));
    }
    expect(found[0]).toBe('refused');
    expect(found.at(-1)).toBe('ran');
  },
);

fault(
  'F40',
  'a disk that is full before the runner is there is told, also where nothing says how much room there is',
  async () => {
    const withoutDf = [': > /run/none', 'chmod 0 /run/none', 'mount --bind /run/none /usr/bin/df'];
    const found = await Promise.all([1024, 2048].map((size) => checkSmall(`size=${size}k`, withoutDf)));
    expect(found).toEqual(['refused', 'refused']);
  },
);

fault('F42', 'a disk without inodes is told, at any point of deploy and upload', async () => {
  const found: string[] = [];
  for (const counts of [
    [2, 7, 8],
    [10, 14, 64],
  ]) {
    found.push(...(await Promise.all(counts.map((count) => checkSmall(`nr_inodes=${count}`)))));
  }
  expect(found[0]).toBe('refused');
  expect(found.at(-1)).toBe('ran');
});

/** Three times, as soon as the file `step…` is there: prints so many lines of 100 bytes, and says so. Ends with 7. */
const STEPS = `#!/bin/sh
for step in 1 2 3; do
  until [ -e "$1/step$step" ]; do sleep 0.02; done
  sleep 0.4 # A full disk is tried again a quarter of a second later.
  seq -f "%099.0f" $(( step * 1000000 + 1 )) $(( step * 1000000 + $2 ))
  echo > "$1/done$step"
done
exit 7
`;

fault(
  'F41',
  'a disk that fills up in mid-run costs just the lines that are told, and never the end',
  async ({ random }) => {
    await using server = await startShellServer({ shell: '/bin/sh', mounts: smallDisk('size=16m') });
    await using lab = await labOf(server);
    const count = random.whole(2_000, 20_000);
    const isFreedAgain = random.next() < 0.5;
    const events: RunEvent[] = [];
    const filler = inside(server, join(server.home, 'filler'));
    // The server's user looks for files there and leaves some.
    const folder = join(lab.folder, 'steps');
    mkdirSync(folder);
    chmodSync(lab.folder, 0o755);
    chmodSync(folder, 0o777);
    const take = async (step: number): Promise<void> => {
      writeFileSync(join(folder, `step${step}`), '');
      await until(() => existsSync(join(folder, `done${step}`)));
    };
    const ended = lab.run(lab.script('it.sh', STEPS), {
      on: ['web1'],
      args: [folder, String(count)],
      onEvent: (event) => events.push(event),
    });
    await take(1);
    fill(filler, random.whole(0, 20_000));
    await take(2);
    if (isFreedAgain) rmSync(filler);
    await take(3);
    await ended;

    expect(outcomeOf(events, 'web1')).toEqual({ kind: 'failed', exitCode: 7 });
    const text = outputOf(events, 'web1');
    // Where something is missing, a line may be cut.
    const lines = [...text.matchAll(/^0{92}(\d{7})$/gm)].map(([, digits]) => Number(digits));
    expect(lines, 'in order, and none twice').toEqual([...new Set(lines)].sort((one, other) => one - other));
    const notes = events.flatMap((event) => (event.type === 'note' ? [event.message] : []));
    const told = notes.flatMap(
      (note) => /\((\d+) lines\) of output were dropped on the server: its disk/.exec(note)?.[1] ?? [],
    );
    expect(told.reduce((sum, each) => sum + Number(each), 0)).toBe(3 * count - (text.split('\n').length - 1));
    expect(told.length).toBeGreaterThan(0);
    if (isFreedAgain) expect(lines.at(-1)).toBe(3_000_000 + count);
  },
  { isSeeded: true, seeds: 3 },
);

/** Fills a file system, as another user would, and leaves so many bytes. */
function fill(file: string, freeBytes: number): void {
  try {
    for (;;) appendFileSync(file, Buffer.alloc(4096));
  } catch {
    // No more room, which is the point.
  }
  truncateSync(file, Math.max(0, statSync(file).size - freeBytes));
}

fault('F43', 'a limit on the size of files is told at deploy, and costs no output in mid-run', async () => {
  await using server = await startShellServer({ shell: '/bin/bash' });
  await using lab = await labOf(server);
  const limit = (kib: number): void => writeFileSync(join(server.home, '.bashrc'), `ulimit -f ${kib}\n`);
  const script = lab.script(
    'it.sh',
    '#!/bin/sh\nseq -f "%099.0f" 1 20000\n(head -c 1000000 /dev/zero > big)\necho "rc $?" >&2\nexit 9\n',
  );
  limit(300);
  const refused = outcomeOf(await lab.run(script, { on: ['web1'] }), 'web1');
  expect(refused).toMatchObject({ kind: 'broken', message: expect.stringMatching(/is its disk full|limit/) });

  rmSync(join(server.home, '.bashrc'));
  expect(outcomeOf(await lab.run(lab.script('warm.sh', 'true\n'), { on: ['web1'] }), 'web1')).toMatchObject({
    kind: 'succeeded',
  });
  limit(300);
  // Another connection, for which the limit holds.
  await using other = await labOf(server);
  const events = await other.run(script, { on: ['web1'] });
  expect(outcomeOf(events, 'web1')).toEqual({ kind: 'failed', exitCode: 9 });
  expect(outputOf(events, 'web1').trim().split('\n').map(Number)).toEqual(
    Array.from({ length: 20_000 }, (_, index) => index + 1),
  );
  // In the script the signal does what it always does.
  expect(outputOf(events, 'web1', 'stderr')).toContain('rc 153');
});

fault('F43', 'a payload beyond the limit on the size of files is told', async () => {
  await using server = await startShellServer({ shell: '/bin/bash' });
  await using lab = await labOf(server);
  expect((await lab.run(lab.script('warm.sh', 'true\n'), { on: ['web1'] })).at(-1)).toMatchObject({
    status: 'success',
  });
  writeFileSync(join(server.home, '.bashrc'), 'ulimit -f 200\n');
  await using other = await labOf(server);
  other.script('noise.bin', randomBytes(1_000_000));
  const script = other.script('it.sh', '#!/bin/sh\n# cronium:\n#   files: [noise.bin]\necho it runs\n');
  const events = await other.run(script, { on: ['web1'] });
  expect(outcomeOf(events, 'web1')).toMatchObject({
    kind: 'broken',
    message: expect.stringMatching(/full|limit|large/),
  });
});
