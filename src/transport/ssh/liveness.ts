import type { Duplex } from 'node:stream';
import type { LoopShare } from '../../base/loop-share.ts';
import { every } from '../../base/shared-timers.ts';
import type { ResolvedHost } from './resolved-host.ts';

// Four silent ticks: a dead connection is noticed after 12 to 15 s.
const TICK_MS = 3_000;
const SILENT_TICKS = 4;

export interface LivenessDeps {
  /** Asks the server for a sign of life. */
  readonly ping: () => void;
  readonly onDead: (silentMs: number) => void;
  /** Shared with all other connections, and with what they bring: what has come is seen before it is missed. */
  readonly loop: Pick<LoopShare, 'soon'>;
}

/**
 * Watches whether anything still comes in from `stream`, and asks when it is silent. Every byte counts as life, so that a slow
 * line with much to carry is not taken for a dead one. Returns what ends the watch.
 */
export function watchLiveness(stream: Duplex, host: ResolvedHost, deps: LivenessDeps): () => void {
  const { tickMs, silentTicks } = pace(host);
  let silent = 0;
  const onData = () => {
    silent = 0;
  };
  stream.on('data', onData);
  const stop = every({ ms: tickMs, loop: deps.loop }, () => {
    silent += 1;
    if (silent > silentTicks) deps.onDead(tickMs * silentTicks);
    // Something has come since the last tick.
    else if (silent > 1) deps.ping();
  });
  return () => {
    stop();
    stream.removeListener('data', onData);
  };
}

/** The configuration may ask for a quicker verdict than ours, not for a slower one: a run survives a lost connection. */
function pace(host: ResolvedHost): { tickMs: number; silentTicks: number } {
  const { keepaliveIntervalMs, keepaliveCountMax } = host;
  if (keepaliveIntervalMs > 0 && keepaliveIntervalMs * (keepaliveCountMax + 1) < TICK_MS * (SILENT_TICKS + 1)) {
    return { tickMs: keepaliveIntervalMs, silentTicks: Math.max(1, keepaliveCountMax) };
  }
  return { tickMs: TICK_MS, silentTicks: SILENT_TICKS };
}
