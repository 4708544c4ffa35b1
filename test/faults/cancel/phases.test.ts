import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import type { RunEvent } from '../../../src/domain/run-event.ts';
import { processesOf } from '../../fixtures/job-processes.ts';
import { allOf, type Lab, outcomeOf, outputOf, signals, startLab } from '../../fixtures/lab.ts';
import { fault } from '../fault.ts';
import { type ChaosLab, startChaosLab } from '../lab/chaos-lab.ts';
import { countStarts, TRUTH } from '../lab/check.ts';
import { eventually } from '../script/jobs.ts';

/** The grace of a script and a second; the rest is for a busy machine and a slow link. */
const CANCEL_LIMIT_MS = 6_000 + 9_000;

/** Ends by itself after a moment, with what a script can do about TERM drawn by its argument. */
const SCRIPT = `${TRUTH}
case $2 in
ignores) trap '' TERM ;;
tells) trap 'say asked; exit 9' TERM ;;
esac
say begun
for i in 1 2 3 4 5 6 7 8 9 10; do sleep 0.1; done
(sleep 0.7 &)
say over
`;

fault(
  'F80',
  'a cancel at any moment of a run over a slow link ends it as cancelled, or as it had ended, and leaves nothing',
  async ({ random }) => {
    // Each way of a connection takes so long that every phase lasts; the runner has to be brought each time.
    await using lab = await startChaosLab({ random, rules: () => ({ up: { delayMs: 15 }, down: { delayMs: 15 } }) });
    const engine = lab.engine();
    for (let round = 0; round < 8; round++) {
      const truth = join(lab.folder, `truth${round}`);
      const cancel = new AbortController();
      const plan = await lab.plan(engine, lab.script(`${round}.sh`, `${SCRIPT}# ${random.whole(0, 1e9)}\n`), ['web1'], {
        args: [truth, random.pick(['ignores', 'tells', 'obeys'])],
      });
      const running = allOf(engine.run(plan, signals({ cancel: cancel.signal })));
      const offset = random.whole(0, 3_000);
      await Promise.race([delay(offset), running]);
      const asked = performance.now();
      cancel.abort();
      const events = await running;
      expect(performance.now() - asked, `round ${round}, ${offset} ms`).toBeLessThan(CANCEL_LIMIT_MS);
      await expectEnd(lab, events, truth, `round ${round}, ${offset} ms`);
      await engine.disconnect((plan.jobs[0] as (typeof plan.jobs)[0]).server);
      // Every other time the runner is there.
      if (round % 2 === 0)
        await engine.clean((plan.jobs[0] as (typeof plan.jobs)[0]).server, { signal: signals().cancel });
    }
  },
  { isSeeded: true, timeoutMs: 240_000 },
);

/** Phases that a run says of itself, each cancelled when it begins. */
const PHASES = ['connecting', 'deploying', 'uploading', 'starting', 'running', 'draining'] as const;

fault('F80', 'a cancel as soon as a phase begins ends the run in that phase', async ({ random }) => {
  for (const phase of PHASES) {
    await using lab = await startChaosLab({ random, rules: () => ({ up: { delayMs: 5 }, down: { delayMs: 5 } }) });
    const truth = join(lab.folder, 'truth');
    // Too large to be sent along with the start, so that the server asks for it.
    writeFileSync(join(lab.folder, 'large.bin'), randomBytes(1_500_000));
    const script = lab.script('large.sh', SCRIPT.replace('\n', '\n# ---\n# cronium:\n#   files: [large.bin]\n# ---\n'));
    const engine = lab.engine();
    const cancel = new AbortController();
    const plan = await lab.plan(engine, script, ['web1'], { args: [truth, 'tells'] });
    const events: RunEvent[] = [];
    for await (const event of engine.run(plan, signals({ cancel: cancel.signal }))) {
      events.push(event);
      if (event.type === 'phase' && event.phase === phase) cancel.abort();
    }
    await expectEnd(lab, events, truth, phase);
    if (cancel.signal.aborted && phase !== 'draining' && phase !== 'running') {
      expect(outcomeOf(events, 'web1'), phase).toMatchObject({ kind: 'cancelled' });
    }
  }
});

fault('F80', 'a cancel ends who waits: for a slot, for an earlier run, for a person', async () => {
  await using lab = await startLab({ servers: 2 });
  const truth = join(lab.folder, 'truth');
  const long = lab.script('long.sh', `${TRUTH}\nsay begun\nsleep 30\n`);
  const engine = lab.engine();
  // For a slot: web2's turn would come after web1's.
  const cancel = new AbortController();
  const plan = await lab.plan(engine, long, ['web1', 'web2'], { args: [truth], parallel: 1 });
  const events: RunEvent[] = [];
  for await (const event of engine.run(plan, signals({ cancel: cancel.signal }))) {
    events.push(event);
    if (event.type === 'output') cancel.abort();
  }
  expect(['web1', 'web2'].map((server) => outcomeOf(events, server))).toEqual([
    { kind: 'cancelled', signal: 'SIGTERM' },
    { kind: 'cancelled' },
  ]);
  expect(countStarts(truth)).toBe(1);
  // For an earlier run of the same script there.
  const [first, second] = [new AbortController(), new AbortController()];
  const turn = join(lab.folder, 'turn');
  const planned = async () => await lab.plan(engine, long, ['web1'], { args: [turn] });
  const begun = Promise.withResolvers<void>();
  const ahead = lab.run(long, {
    on: ['web1'],
    args: [turn],
    cancel: first.signal,
    onEvent: (event) => {
      if (event.type === 'output') begun.resolve();
    },
  });
  await begun.promise;
  const behind: RunEvent[] = [];
  for await (const event of engine.run(await planned(), signals({ cancel: second.signal }))) {
    behind.push(event);
    if (event.type === 'note') second.abort();
  }
  expect(outcomeOf(behind, 'web1')).toEqual({ kind: 'cancelled' });
  first.abort();
  expect(outcomeOf(await ahead, 'web1')).toMatchObject({ kind: 'cancelled' });
  expect(countStarts(turn)).toBe(1);
  // For a person who does not answer whether the host is right.
  writeFileSync(join(lab.folder, 'known_hosts'), '');
  const asked = Promise.withResolvers<void>();
  const stranger = lab.engine({
    prompts: {
      confirmHostKey: (_question, { signal }) => {
        asked.resolve();
        return new Promise((_answer, stop) => signal.addEventListener('abort', () => stop(signal.reason)));
      },
    },
  });
  const stop = new AbortController();
  const waiting = allOf(
    stranger.run(
      await lab.plan(stranger, long, ['web1'], { args: [join(lab.folder, 'never')] }),
      signals({ cancel: stop.signal }),
    ),
  );
  await asked.promise;
  stop.abort();
  expect(outcomeOf(await waiting, 'web1')).toEqual({ kind: 'cancelled' });
  expect(countStarts(join(lab.folder, 'never'))).toBe(0);
  expect(processesOf(lab)).toEqual([]);
});

/** Cancelled, or the end that came first; started at most once; nothing goes on. */
async function expectEnd(
  lab: Lab | ChaosLab,
  events: readonly RunEvent[],
  truth: string,
  where: string,
): Promise<void> {
  const outcome = outcomeOf(events, 'web1') as { kind: string; exitCode?: number; signal?: string };
  const starts = countStarts(truth);
  expect(['cancelled', 'succeeded'], `${where}: ${JSON.stringify(outcome)}`).toContain(outcome.kind);
  expect(starts, where).toBeLessThanOrEqual(1);
  if (outcome.kind === 'succeeded') expect(outputOf(events, 'web1'), where).toContain('over');
  // A signal without a start: it was killed before its first line had been executed.
  else if (starts === 0) expect([undefined, 'SIGTERM', 'SIGKILL'], where).toContain(outcome.signal);
  // What a script that ended by itself left behind is its own; it ends soon.
  if (outcome.kind === 'cancelled') expect(processesOf(lab), where).toEqual([]);
  else await eventually('nothing is left', () => processesOf(lab).length === 0);
}
