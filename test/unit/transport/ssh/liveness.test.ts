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

/** A watch over a stream, with what it did. */
function watch(...lines: string[]) {
  const stream = new PassThrough();
  const seen: { pings: number; dead: number[] } = { pings: 0, dead: [] };
  const stop = watchLiveness(stream, buildResolvedHost('web', parseSshG(lines.join('\n')), LOCAL), {
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
  expect(seen).toEqual({ pings: 4, dead: [] });
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

test('watchLiveness() follows a configuration that is quicker than ours, and no slower one', () => {
  const check = (lines: string[], deadAfterMs: number) => {
    const { seen, stop } = watch(...lines);
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
