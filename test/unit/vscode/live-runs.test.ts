import { expect, test } from 'vitest';
import type { Cronium, FollowOptions, RunSignals } from '../../../src/app/cronium.ts';
import type { RunRecord } from '../../../src/domain/run.ts';
import type { RunEvent } from '../../../src/domain/run-event.ts';
import { LazyEngine } from '../../../src/vscode/engine.ts';
import { LiveRuns } from '../../../src/vscode/live-runs.ts';
import type { RunOutput, ShownRun } from '../../../src/vscode/output/run-output.ts';
import { jobOf, planOf, runOf, SUCCEEDED, serverOf } from './run.ts';

const plan = planOf([serverOf('web1'), serverOf('web2')]);
const SUCCESS: Finished = { type: 'finished', run: plan.id, status: 'success' };
const LEFT: Finished = { type: 'finished', run: plan.id, status: 'running' };

type Finished = Extract<RunEvent, { readonly type: 'finished' }>;

interface Call {
  readonly name: 'run' | 'follow' | 'cancel';
  readonly run: string;
  readonly servers?: readonly string[];
  readonly signals: Partial<RunSignals>;
  /** The stream's events come one by one; it ends with `finished`. */
  emit(event: RunEvent): void;
}

/** An engine whose streams are played by the test. */
function fakeEngine(records: readonly RunRecord[]) {
  const calls: Call[] = [];
  /** Servers whose jobs wait for the next try to reach them. */
  const waiting = new Set<string>();
  async function* play(call: Omit<Call, 'emit'>): AsyncGenerator<RunEvent> {
    const events: RunEvent[] = [];
    let wake = Promise.withResolvers<void>();
    const emit = (event: RunEvent): void => {
      events.push(event);
      wake.resolve();
    };
    call.signals.leave?.addEventListener('abort', () => emit(LEFT));
    call.signals.cancel?.addEventListener('abort', () => emit({ ...SUCCESS, status: 'cancelled' }));
    calls.push({ ...call, emit });
    for (;;) {
      const event = events.shift();
      if (event) yield event;
      else await wake.promise;
      if (event?.type === 'finished') return;
      wake = Promise.withResolvers();
    }
  }
  const engine: Partial<Cronium> = {
    onDidChange: () => ({ [Symbol.dispose]: () => {} }),
    retryNow: ({ servers = [] } = {}) => servers.some((server) => waiting.has(server)),
    runs: () => records,
    run: ({ id }, signals) => play({ name: 'run', run: id, signals }),
    follow: (run, signals, { servers }: FollowOptions = {}) =>
      play({ name: 'follow', run, signals, ...(servers ? { servers } : {}) }),
    cancel: (run, signals, { servers }: FollowOptions = {}) =>
      play({ name: 'cancel', run, signals, ...(servers ? { servers } : {}) }),
  };
  return { calls, waiting, lazy: new LazyEngine(async () => engine as Cronium) };
}

/** An output that notes what it shows. */
function fakeOutput() {
  const shown: string[] = [];
  const open = new Set<string>();
  const view = (): ShownRun => ({
    show: ({ type }) => shown.push(type),
    room: async () => {},
    reveal: () => {},
    closed: new AbortController().signal,
  });
  const output: Partial<RunOutput> = {
    open: ({ id }) => {
      open.add(id);
      shown.push('open');
      return view();
    },
    reopen: ({ id }) => {
      open.add(id);
      shown.push('reopen');
      return view();
    },
    isOpen: ({ id }) => open.has(id),
  };
  return { output: output as RunOutput, shown, open };
}

function setUp(records: readonly RunRecord[] = []) {
  const { calls, waiting, lazy } = fakeEngine(records);
  const { output, shown, open } = fakeOutput();
  return { live: new LiveRuns(lazy, output), calls, waiting, shown, open };
}

const active = runOf([jobOf('web1', { phase: 'running' }), jobOf('web2', { phase: 'running' })]);

test('LiveRuns shows the lines of what it starts, and knows it while it runs', async () => {
  const { live, calls, shown } = setUp();
  const changes: (readonly string[])[] = [];
  using _listening = live.onDidChange(() => changes.push(live.names));
  const done = live.start(plan);
  await expect.poll(() => calls.length).toBe(1);
  calls[0]?.emit({ type: 'note', server: 'web1', message: 'waits' });
  await expect.poll(() => live.findJob(plan.id, 'web1')).toEqual({ note: 'waits' });
  calls[0]?.emit(SUCCESS);
  expect(await done).toBe('success');
  expect(shown).toEqual(['open', 'note', 'finished']);
  expect(changes).toEqual([['Restart web'], ['Restart web'], []]);
  expect([live.findJob(plan.id, 'web1'), live.latest]).toEqual([undefined, plan.id]);
});

test('LiveRuns shows the lines where it is told, and stops when it is told', async () => {
  const { live, calls, shown } = setUp();
  const cancel = new AbortController();
  const seen: string[] = [];
  const view = { show: ({ type }: RunEvent) => seen.push(type), room: async () => {}, reveal: () => {} };
  const done = live.start(plan, { view, cancel: cancel.signal });
  await expect.poll(() => calls.length).toBe(1);
  cancel.abort();
  expect(await done).toBe('cancelled');
  expect([seen, shown]).toEqual([['finished'], []]);
});

test('LiveRuns leaves its runs to their servers when the window goes away', async () => {
  const { live, calls } = setUp();
  const done = live.start(plan);
  await expect.poll(() => calls.length).toBe(1);
  await live[Symbol.asyncDispose]();
  expect(await done).toBeUndefined();
  expect(calls[0]?.signals.cancel?.aborted).toBe(false);
});

test('LiveRuns takes unfinished runs up again in silence, each once', async () => {
  const { live, calls, shown } = setUp([active, runOf([jobOf('web1', SUCCEEDED)], { id: 'over' })]);
  const [takenUp, again] = await Promise.all([live.comeBack(), live.comeBack()]);
  expect([takenUp?.map(({ run }) => run), again, live.names]).toEqual([[active.id], [], ['Restart web']]);
  await expect.poll(() => calls.length).toBe(1);
  calls[0]?.emit(SUCCESS);
  expect(await takenUp?.[0]?.ended).toBe('success');
  expect(calls.map(({ name, run }) => [name, run])).toEqual([['follow', active.id]]);
  expect(shown).toEqual([]);
});

test('LiveRuns takes up no more runs than it can follow at once', async () => {
  const many = Array.from({ length: 30 }, (_, at) => ({ ...active, id: `run-${at}` }));
  const { live } = setUp(many);
  expect((await live.comeBack()).length).toBe(20);
  expect((await live.comeBack()).length).toBe(0);
});

test('LiveRuns shows a run that it followed in silence from its first line on', async () => {
  const { live, calls, shown } = setUp([active]);
  const [silent] = await live.comeBack();
  await expect.poll(() => calls.length).toBe(1);
  const told = live.show(active);
  await expect.poll(() => calls.length).toBe(2);
  expect(live.names).toEqual(['Restart web']);
  for (const call of calls) call.emit(SUCCESS);
  await told;
  expect([await silent?.ended, calls.map(({ name }) => name), shown]).toEqual([
    'success',
    ['follow', 'follow'],
    ['reopen', 'finished'],
  ]);
});

test('LiveRuns watches a run of elsewhere whose lines it shows', async () => {
  const { live, calls, shown } = setUp();
  const told = live.show(active);
  await expect.poll(() => calls.length).toBe(2);
  expect(live.names).toEqual(['Restart web']);
  for (const call of calls) call.emit(SUCCESS);
  await told;
  expect(shown).toEqual(['reopen', 'finished']);
});

test('LiveRuns goes on with a run whose lines are shown anew, and tells its end to who began it', async () => {
  const { live, calls, shown, open } = setUp();
  const done = live.start(plan);
  await expect.poll(() => calls.length).toBe(1);
  // Its channel went to another event.
  open.clear();
  const told = live.show(active);
  await expect.poll(() => calls.length).toBe(2);
  expect(calls[0]?.signals.leave?.aborted).toBe(false);
  for (const call of calls) call.emit(SUCCESS);
  await told;
  expect([await done, shown.filter((what) => what === 'reopen')]).toEqual(['success', ['reopen']]);
});

test('LiveRuns does not show again what is shown as it comes', async () => {
  const { live, calls, shown } = setUp();
  const done = live.start(plan);
  await expect.poll(() => calls.length).toBe(1);
  await live.show(active);
  calls[0]?.emit(SUCCESS);
  await done;
  expect([calls.length, shown]).toEqual([1, ['open', 'finished']]);
});

test('LiveRuns shows a run of a terminal beside it, without taking it away', async () => {
  const { live, calls, shown } = setUp();
  const view = { show: () => {}, room: async () => {}, reveal: () => {} };
  const done = live.start(plan, { view });
  await expect.poll(() => calls.length).toBe(1);
  const told = live.show(active);
  await expect.poll(() => calls.length).toBe(2);
  for (const call of calls) call.emit(SUCCESS);
  await told;
  expect([await done, shown]).toEqual(['success', ['reopen', 'finished']]);
});

test('LiveRuns shows one server of a run alone', async () => {
  const { live, calls } = setUp();
  const told = live.show(active, { server: 'web2' });
  await expect.poll(() => calls.length).toBe(1);
  calls[0]?.emit(SUCCESS);
  await told;
  expect(calls[0]).toMatchObject({ name: 'follow', servers: ['web2'] });
});

test('LiveRuns cancels a whole run where it runs, here or elsewhere', async () => {
  const { live, calls } = setUp();
  const done = live.start(plan);
  await expect.poll(() => calls.length).toBe(1);
  await live.cancel(active);
  expect(await done).toBe('cancelled');
  expect(calls.map(({ name }) => name)).toEqual(['run']);

  const elsewhere = live.cancel({ ...active, id: 'elsewhere' }, { servers: ['web1', 'web2'] });
  await expect.poll(() => calls.length).toBe(2);
  calls[1]?.emit({ ...SUCCESS, status: 'cancelled' });
  await elsewhere;
  expect(calls[1]).toMatchObject({ name: 'cancel', run: 'elsewhere' });
});

test('LiveRuns cancels one server, and the others go on', async () => {
  const { live, calls } = setUp();
  const done = live.start(plan);
  await expect.poll(() => calls.length).toBe(1);
  const cancelled = live.cancel(active, { servers: ['web2'] });
  await expect.poll(() => calls.length).toBe(2);
  calls[1]?.emit(LEFT);
  await cancelled;
  expect([calls[1]?.name, calls[1]?.servers, calls[0]?.signals.cancel?.aborted]).toEqual(['cancel', ['web2'], false]);
  calls[0]?.emit(SUCCESS);
  expect(await done).toBe('success');
});

test('LiveRuns.retryNow() ends the pauses of a run, and watches one that nobody here looks after', async () => {
  const { live, calls, waiting } = setUp();
  waiting.add('web1');
  await live.retryNow(active, { servers: ['web1'] });
  expect(calls).toEqual([]);
  await live.retryNow(active, { servers: ['web2'] });
  await expect.poll(() => calls.map(({ name, run }) => [name, run])).toEqual([['follow', active.id]]);
  await live.retryNow(active, { servers: ['web2'] });
  expect(calls).toHaveLength(1);
  calls[0]?.emit(SUCCESS);
});
