import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { watchLiveness } from '../../../../src/transport/ssh/liveness.ts';
import { buildResolvedHost, parseSshG } from '../../../../src/transport/ssh/resolved-host.ts';

const LOCAL = { homeDir: '/home/ann', env: {}, userName: 'ann', hostName: 'desk', platform: 'linux' as const };

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A watch over a stream, with what it did; `loop` decides when it has its turn. */
function watch(lines: readonly string[] = [], loop = { soon: (work: () => void) => work() }) {
  const stream = new PassThrough();
  const seen: { pings: number; dead: number[] } = { pings: 0, dead: [] };
  const stop = watchLiveness(stream, buildResolvedHost('web', parseSshG(lines.join('\n')), LOCAL), {
    loop,
    ping: () => {
      seen.pings += 1;
    },
    onDead: (silentMs) => seen.dead.push(silentMs),
  });
  return { stream, seen, stop };
}

test('watchLiveness() finds a silent connection dead within 15 s', () => {
  const { seen } = watch();
  vi.advanceTimersByTime(14_999);
  expect(seen).toEqual({ pings: 3, dead: [] });
  vi.advanceTimersByTime(1);
  expect(seen.dead).toEqual([12_000]);
});

test('watchLiveness() takes any byte for life, and stops when told', () => {
  const { stream, seen, stop } = watch();
  for (let round = 0; round < 20; round += 1) {
    vi.advanceTimersByTime(9_000);
    stream.emit('data', Buffer.from('x'));
  }
  stop();
  vi.advanceTimersByTime(60_000);
  expect(seen.dead).toEqual([]);
  expect(stream.listenerCount('data')).toBe(0);
});

test('watchLiveness() asks a server that was heard since the last look only at the next one', () => {
  const { seen, stream } = watch();
  for (let round = 1; round <= 4; round += 1) {
    vi.advanceTimersByTime(6_000);
    expect(seen.pings).toBe(round);
    // The answer, between two looks.
    stream.emit('data', Buffer.from('x'));
  }
});

test('watchLiveness() looks in its turn, behind what has come before, and not at all when it has ended', () => {
  const waiting: (() => void)[] = [];
  const { seen, stream, stop } = watch([], { soon: (work) => void waiting.push(work) });
  vi.advanceTimersByTime(60_000);
  // However long it waits, it is one look: a process that stood still is no server that is silent.
  expect([waiting.length, seen]).toEqual([1, { pings: 0, dead: [] }]);
  for (let look = 0; look < 8; look += 1) {
    stream.emit('data', Buffer.from('x'));
    waiting.shift()?.();
    vi.advanceTimersByTime(3_000);
  }
  expect([waiting.length, seen]).toEqual([1, { pings: 0, dead: [] }]);
  stop();
  waiting.shift()?.();
  expect(seen).toEqual({ pings: 0, dead: [] });
});

test('watchLiveness() follows a configuration that is quicker than ours, and no slower one', () => {
  const check = (lines: string[], deadAfterMs: number) => {
    const { seen, stop } = watch(lines);
    vi.advanceTimersByTime(deadAfterMs - 1);
    expect([lines, seen.dead.length]).toEqual([lines, 0]);
    vi.advanceTimersByTime(1);
    expect([lines, seen.dead.length]).toEqual([lines, 1]);
    stop();
  };
  check(['serveraliveinterval 1', 'serveralivecountmax 2'], 3_000);
  check(['serveraliveinterval 60', 'serveralivecountmax 3'], 15_000);
  check(['serveraliveinterval 0', 'serveralivecountmax 3'], 15_000);
});
