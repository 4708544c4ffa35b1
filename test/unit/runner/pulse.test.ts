import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openSession } from '../../../src/runner/runner.ts';
import type { Session } from '../../../src/runner/session.ts';
import { artifacts, type ScriptedRunner, scriptedOpener } from '../../fixtures/scripted-runner.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
afterEach(() => void vi.useRealTimers());

async function open(): Promise<{ session: Session; runner: ScriptedRunner }> {
  const opener = scriptedOpener((runner) => runner.greet());
  const { session } = await openSession(opener, artifacts, { server: 'web', signal: new AbortController().signal });
  return { session, runner: opener.runners[0] ?? expect.unreachable() };
}

const pings = ({ heard }: ScriptedRunner): number => heard.filter(({ type }) => type === 'ping').length;

test('a runner that answers is asked every 15 s, and kept, however long it has nothing else to say', async () => {
  const { session, runner } = await open();
  runner.answer('ping', ({ id }) => runner.say({ type: 'pong', id }));
  for (let minute = 1; minute <= 10; minute++) {
    vi.advanceTimersByTime(15_000);
    await vi.waitFor(() => expect(pings(runner)).toBe(minute));
    // The answer takes its way.
    await new Promise(setImmediate);
  }
  expect(session.closed).toBeUndefined();
  await session[Symbol.asyncDispose]();
});

test('a runner that hangs is given up after a minute, with a sentence, and asked no more', async () => {
  const { session, runner } = await open();
  for (let tick = 1; tick <= 4; tick++) {
    vi.advanceTimersByTime(15_000);
    await vi.waitFor(() => expect(pings(runner)).toBe(tick));
  }
  expect(session.closed).toBeUndefined();
  vi.advanceTimersByTime(15_000);
  await vi.waitFor(() => expect(session.closed).toBeDefined());
  expect(session.closed).toMatchObject({
    code: 'session/closed',
    message: 'The session with "web" is over: its runner gave no sign of life for 60 s',
  });
  vi.advanceTimersByTime(600_000);
  await new Promise(setImmediate);
  expect(pings(runner)).toBe(4);
});

test('whatever comes is a sign of life', async () => {
  const { session, runner } = await open();
  for (let tick = 0; tick < 20; tick++) {
    vi.advanceTimersByTime(15_000);
    if (tick % 3 === 0) runner.say({ type: 'collected', jobs: 0, payloads: 0, runners: 0, bytes: 0 });
    await new Promise(setImmediate);
  }
  expect(session.closed).toBeUndefined();
  await session[Symbol.asyncDispose]();
});

test('who has not taken what was sent before is not asked to answer', async () => {
  const { session, runner } = await open();
  runner.stdin.pause();
  // More than any buffer on the way takes.
  for (let count = 0; count < 200; count++) void session.cancel('b'.repeat(32), 'x'.repeat(10_000)).catch(() => {});
  vi.advanceTimersByTime(600_000);
  expect(session.closed).toBeUndefined();
  runner.stdin.resume();
  await session[Symbol.asyncDispose]();
});

test('a runner whose script shall stop without clients is asked after a second, once', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'] });
  const { session, runner } = await open();
  const start = { job: 'b'.repeat(32), payload: 'c'.repeat(64), stream: 9 };
  for (const kind of ['continue', 'stop', 'stop'] as const) {
    const fields = { ...start, onDisconnect: kind === 'stop' ? { kind, afterMs: 1 } : { kind } };
    const { answer, started } = session.expectStart(fields as Parameters<Session['expectStart']>[0]);
    for (const promise of [answer, started]) promise.catch(() => {});
    vi.advanceTimersByTime(1_000);
    if (kind === 'stop') await vi.waitFor(() => expect(pings(runner)).toBe(1));
    await new Promise(setImmediate);
    expect(pings(runner)).toBe(kind === 'continue' ? 0 : 1);
  }
  await session[Symbol.asyncDispose]();
});
