import { afterEach, expect, test } from 'vitest';
import type { RemoteOpener } from '../../../src/runner/remote.ts';
import { openSession } from '../../../src/runner/runner.ts';
import type { Session } from '../../../src/runner/session.ts';
import type { StartFields } from '../../../src/runner/start-message.ts';
import { artifacts, END, RESET, type ScriptedRunner, scriptedOpener } from '../../fixtures/scripted-runner.ts';

const JOB = 'b'.repeat(32);
const START: StartFields = {
  job: JOB,
  run: 'a'.repeat(32),
  install: 'c'.repeat(32),
  server: 'web',
  event: 'e',
  payload: 'd'.repeat(64),
  env: {},
  timeoutMs: 1,
  graceMs: 1,
  onDisconnect: { kind: 'continue' },
};
const helpers = { serve: () => {}, attached: () => {} };
const { signal } = new AbortController();
let opened: Session | undefined;

afterEach(async () => {
  await opened?.[Symbol.asyncDispose]();
  opened = undefined;
});

const contextOf = (bytes: number): Buffer => Buffer.from(JSON.stringify({ input: 'x'.repeat(bytes - 12) }));

/** Opens with a first start; `ahead` is how much went along with the request for the runner. */
async function open(context: Uint8Array, start: StartFields = START) {
  const inner = scriptedOpener((runner) => runner.greet());
  let ahead = 0;
  const opener: RemoteOpener = {
    open: (command, options) => {
      ahead = options.ahead?.length ?? 0;
      return inner.open(command, options);
    },
  };
  const result = await openSession(opener, artifacts, { server: 'web', first: { start, context }, helpers, signal });
  opened = result.session;
  const runner: ScriptedRunner = inner.runners[0] ?? expect.unreachable();
  return { runner, ahead, first: result.first ?? expect.unreachable(), session: result.session };
}

test('a small context goes along with the first start', async () => {
  const context = contextOf(65_536);
  const { runner, ahead } = await open(context);
  expect(ahead).toBeGreaterThan(context.length);
  expect(runner.heard.map(({ type }) => type)).toEqual(['start', END]);
  expect(runner.heard[0]).toMatchObject({ stream: 1, helpers: true, context: { stream: 2, size: context.length } });
  expect(runner.received.get(2)?.equals(context)).toBe(true);
});

test('a larger one follows the hello, while its start has gone ahead', async () => {
  const context = contextOf(900_000);
  const { runner, ahead } = await open(context);
  expect(ahead).toBeGreaterThan(0);
  expect(ahead).toBeLessThan(1_000);
  await runner.hears(END);
  expect(runner.received.get(2)?.equals(context)).toBe(true);
});

test('one that is larger than the credit waits for it', async () => {
  const context = contextOf(3_000_000);
  const { runner } = await open(context);
  const size = (): number => runner.received.get(2)?.length ?? 0;
  await expect.poll(size).toBeGreaterThan(1_000_000);
  expect(size()).toBeLessThanOrEqual(1_048_576);
  for (const bytes of [1_048_576, 1_048_576]) runner.say({ type: 'window', stream: 2, bytes });
  await runner.hears(END);
  expect(runner.received.get(2)?.equals(context)).toBe(true);
});

test('a start with a token is not sent ahead', async () => {
  const { runner, ahead } = await open(contextOf(100), { ...START, api: { token: 'a.b.c' } });
  expect(ahead).toBe(0);
  expect(await runner.hears('start')).toMatchObject({ api: { token: 'a.b.c' }, context: { stream: 2 } });
});

test('the rest of a context is not sent to a runner that has refused the start', async () => {
  const { runner, first } = await open(contextOf(3_000_000));
  const refused = { type: 'refused', re: 'start', code: 'limit', message: 'Too many starts', job: JOB };
  runner.say(refused);
  await expect(first.answer).rejects.toMatchObject({ code: 'limit' });
  expect(await runner.hears(RESET)).toEqual({ type: RESET, stream: 2 });
});

test('a runner from before there were helpers gets the input, and no context that it would not understand', async () => {
  const opener = scriptedOpener((runner) => runner.greet({ capabilities: [] }));
  const { session } = await openSession(opener, artifacts, { server: 'web', helpers, signal });
  opened = session;
  session.start(START, { context: Buffer.from('{"input":{"a":1},"variables":[]}') });
  const start = await opener.runners[0]?.hears('start');
  expect(start).toMatchObject({ input: { a: 1 } });
  expect(start).not.toHaveProperty('context');
});
