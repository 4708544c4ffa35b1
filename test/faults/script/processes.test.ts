import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { RunEvent } from '../../../src/domain/run-event.ts';
import { type Lab, outcomeOf, outputOf, signals, startLab } from '../../fixtures/lab.ts';
import { sendSignal } from '../../fixtures/sshd-process.ts';
import { fault } from '../fault.ts';
import { eventually, linesOf, pidsWith } from './jobs.ts';

/** A script has five seconds to end by itself; all of it is gone one second later. The rest is for a busy machine. */
const CANCEL_LIMIT_MS = 6_000 + 6_000;

fault('F66', 'a daemon that keeps the streams open delays the end by two seconds and is named', async ({ random }) => {
  await using lab = await startLab();
  const nap = newNap(random.whole(0, 99_999));
  const script = lab.script(
    'daemon.sh',
    `#!/bin/bash\nsetsid bash -c '(exec ${nap}) & disown' &\n(setsid ${nap} >&2 &)\necho out; echo err >&2; exit 3\n`,
  );
  const events = await lab.run(script, { on: ['web1'] });
  const left = pidsWith(nap);
  for (const pid of left) sendSignal(pid, 'SIGKILL');
  expect(outcomeOf(events, 'web1')).toEqual({ kind: 'failed', exitCode: 3 });
  expect([outputOf(events, 'web1'), outputOf(events, 'web1', 'stderr')]).toEqual(['out\n', 'err\n']);
  expect(left.length).toBe(2);
  for (const pid of left) expect(notesOf(events)).toContain(`${nap} (${pid})`);
  const phases = events.flatMap((event) => (event.type === 'phase' ? [event.phase] : []));
  expect(phases.at(-1)).toBe('draining');
});

/** What a cancel has to reach; each has `NAP` somewhere. */
const STUBBORN: Readonly<Record<string, string>> = {
  'ignores all it can': `trap '' TERM HUP INT QUIT USR1 USR2; echo ready; while :; do NAP; done`,
  'a tree that ignores': `trap '' TERM HUP; (trap '' TERM; NAP & (NAP & wait) & wait) & echo ready; wait`,
  'a daemon in a session of its own': `(setsid bash -c "trap '' TERM; NAP & wait; NAP" >/dev/null 2>&1 &); echo ready; NAP`,
  'an empty environment': `env -i bash -c "trap '' TERM; setsid NAP" & echo ready; wait`,
  'a stopped process': `NAP & kill -STOP $!; echo ready; wait`,
  'a script that stops itself': `echo ready; kill -STOP $$; NAP`,
  'many at once': `for i in $(seq 200); do NAP & done; trap '' TERM; echo ready; wait; NAP`,
  'one that comes back': `trap 'NAP & disown; NAP & wait' TERM; echo ready; while :; do NAP & wait; done`,
};

fault(
  'F67',
  'whatever a script has started is gone when its cancel is confirmed, and who needed KILL is named',
  async ({ random }) => {
    await using lab = await startLab();
    const engine = lab.engine();
    await Promise.all(
      Object.entries(STUBBORN).map(async ([name, text], index) => {
        const nap = newNap(random.whole(0, 9_999) * 10 + index);
        const script = lab.script(`stubborn${index}.sh`, `#!/bin/bash\n${text.replaceAll('NAP', nap)}\n`);
        const { events, tookMs } = await cancelWhenReady(lab, engine, script);
        expect(outcomeOf(events, 'web1'), name).toMatchObject({ kind: 'cancelled' });
        expect(pidsWith(nap), name).toEqual([]);
        expect(tookMs, name).toBeLessThan(CANCEL_LIMIT_MS);
        if (/trap ''|many/.test(text)) expect(notesOf(events), name).toContain(nap);
      }),
    );
  },
);

fault('F67', 'a process that hangs in the system is told, and the run ends all the same', async () => {
  await using lab = await startLab();
  const image = join(lab.folder, 'image');
  const disk = join(lab.folder, 'disk');
  mkdirSync(disk);
  writeFileSync(image, Buffer.alloc(4 << 20));
  execFileSync('mkfs.ext4', ['-q', '-O', '^has_journal', image]);
  execFileSync('mount', ['-o', 'loop', image, disk]);
  let isFrozen = false;
  try {
    execFileSync('fsfreeze', ['-f', disk]);
    isFrozen = true;
    const script = lab.script('hang.sh', `#!/bin/sh\necho ready\n: >'${join(disk, 'x')}'\n`);
    const { events } = await cancelWhenReady(lab, lab.engine(), script);
    expect(outcomeOf(events, 'web1')).toEqual({ kind: 'cancelled' });
    expect(notesOf(events)).toMatch(/could not be killed: .*hang\.sh/);
  } finally {
    if (isFrozen) execFileSync('fsfreeze', ['-u', disk]);
    await eventually('the disk is free', () => {
      try {
        execFileSync('umount', [disk], { stdio: 'ignore' });
        return true;
      } catch {
        return false;
      }
    });
  }
});

/** Processes that multiply, each in a session of its own or in the script's. */
const BOMBS = [
  'bomb() { bomb & bomb & wait; }; bomb',
  'if [ "$1" = on ]; then setsid "$0" on & setsid "$0" on & wait; else "$0" on; fi',
];

fault('F68', 'a script that multiplies without end is stopped to its last process', async ({ random }) => {
  await using lab = await startLab();
  for (const [index, bomb] of BOMBS.entries()) {
    const group = new ProcessGroup(`cronium-bomb-${process.pid}-${random.whole(0, 1e9)}-${index}`, 150);
    try {
      const enter = `[ "$1" = on ] || echo $$ >'${group.folder}/cgroup.procs'; [ "$1" = on ] || echo ready`;
      const script = lab.script(`bomb${index}.sh`, `#!/bin/bash\n${enter}\n${bomb} 2>/dev/null\n`);
      const { events, tookMs } = await cancelWhenReady(lab, lab.engine(), script, () =>
        eventually('the bomb has gone off', () => group.pids().length > 100),
      );
      expect(outcomeOf(events, 'web1'), bomb).toMatchObject({ kind: 'cancelled' });
      expect(group.pids(), bomb).toEqual([]);
      expect(tookMs, bomb).toBeLessThan(CANCEL_LIMIT_MS);
    } finally {
      group.remove();
    }
  }
});

fault('F68', 'thousands of children that nobody waits for leave no zombie', async () => {
  await using lab = await startLab();
  const script = lab.script(
    'children.py',
    'import os\nfor i in range(3000):\n  if os.fork() == 0:\n    if os.fork() == 0: os.write(1, b"x")\n    os._exit(0)\nprint(os.getppid())\n',
  );
  const events = await lab.run(script, { on: ['web1'] });
  expect(outcomeOf(events, 'web1')).toEqual({ kind: 'succeeded', exitCode: 0 });
  expect(outputOf(events, 'web1').replace(/\d+\n/, '').length).toBe(3_000);
  const supervisor = Number(/(\d+)\n/.exec(outputOf(events, 'web1'))?.[1]);
  // What was its child is nobody's zombie: the supervisor has waited for all, and is gone itself.
  await eventually('the supervisor is gone', () => !existsSync(`/proc/${supervisor}`));
});

fault(
  'F73',
  'a script that kills its supervisor is lost, with its log up to then, never a success',
  async ({ random }) => {
    await using lab = await startLab();
    const nap = newNap(random.whole(0, 99_999));
    const script = lab.script('parricide.sh', `#!/bin/bash\necho before\nsleep 0.3\nkill -9 $PPID\n${nap}\n`);
    const events = await lab.run(script, { on: ['web1'] });
    for (const pid of pidsWith(nap)) sendSignal(pid, 'SIGKILL');
    expect(outcomeOf(events, 'web1')).toEqual({
      kind: 'lost',
      message: expect.stringMatching(
        /^runner ended unexpectedly; the log ends there; .*parricide\.sh \(\d+\), sleep \(\d+\)/,
      ),
    });
    expect(outputOf(events, 'web1')).toBe('before\n');
  },
);

fault('F73', 'a script that kills all that it can is lost, and the server is of use again', async () => {
  // Only what is in the server's own process namespace can be reached.
  const wrap = (command: readonly string[]) => [
    'unshare',
    '--pid',
    '--fork',
    '--kill-child',
    '--mount-proc',
    ...command,
  ];
  await using lab = await startLab({ sshd: { wrap } });
  const events = await lab.run(lab.script('all.sh', '#!/bin/bash\necho before\nsleep 0.3\nkill -9 -1\nexit 0\n'), {
    on: ['web1'],
  });
  expect(outcomeOf(events, 'web1')).toEqual({ kind: 'lost', message: 'runner ended unexpectedly; the log ends there' });
  expect(outputOf(events, 'web1')).toBe('before\n');
  const after = await lab.run(lab.script('after.sh', '#!/bin/sh\necho after\n'), { on: ['web1'] });
  expect(outputOf(after, 'web1')).toBe('after\n');
});

/** A `sleep` that no other test has. */
function newNap(number: number): string {
  return `sleep ${900_000 + number}.${process.pid}`;
}

/** Runs a script on web1 and cancels it when it has said that it is ready; how long that took. */
async function cancelWhenReady(
  lab: Lab,
  engine: ReturnType<Lab['engine']>,
  script: string,
  isReady: () => Promise<void> = async () => {},
): Promise<{ readonly events: RunEvent[]; readonly tookMs: number }> {
  const cancel = new AbortController();
  const ready = Promise.withResolvers<void>();
  const plan = await lab.plan(engine, script, ['web1']);
  const events: RunEvent[] = [];
  const running = (async () => {
    for await (const event of engine.run(plan, signals({ cancel: cancel.signal }))) {
      events.push(event);
      if (event.type === 'output') ready.resolve();
      if (event.type === 'settled') ready.reject(new Error(`It ended before: ${JSON.stringify(event.outcome)}`));
    }
  })();
  await ready.promise;
  await isReady();
  const begun = performance.now();
  cancel.abort();
  await running;
  return { events, tookMs: performance.now() - begun };
}

function notesOf(events: readonly RunEvent[]): string {
  return events.flatMap((event) => (event.type === 'note' ? [event.message] : [])).join('\n');
}

/** A group of processes that cannot grow past a number. */
class ProcessGroup {
  readonly folder: string;

  constructor(name: string, limit: number) {
    this.folder = join('/sys/fs/cgroup/pids', name);
    mkdirSync(this.folder);
    writeFileSync(join(this.folder, 'pids.max'), String(limit));
  }

  pids(): string[] {
    return linesOf(join(this.folder, 'cgroup.procs'));
  }

  remove(): void {
    writeFileSync(join(this.folder, 'pids.max'), '0');
    for (let round = 0; round < 1_000 && this.pids().length > 0; round++) {
      for (const pid of this.pids()) sendSignal(Number(pid), 'SIGKILL');
    }
    rmdirSync(this.folder);
  }
}
