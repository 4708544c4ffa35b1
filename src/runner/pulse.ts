import { after, every } from '../base/shared-timers.ts';
import { CroniumError } from '../domain/errors.ts';
import type { Outbox } from './outbox.ts';
import type { Remote } from './remote.ts';

// A runner that hangs while its SSH server lives: the connection is no sign of it. Four silent ticks: after a minute.
const TICK_MS = 15_000;
const SILENT_TICKS = 4;
// The first word tells the runner to expect more: from then on it notices a client that is gone without one. It comes early only
// where a script hangs on that: each word costs a server a millisecond, and most runs are over before.
const EARLY_MS = 1_000;

export interface PulseDeps {
  /** Asks the runner for a sign of life. */
  readonly ping: () => void;
  /** What we have to say has not left yet: then nothing can have been answered. */
  readonly isBusy: () => boolean;
  readonly onSilent: (silentMs: number) => void;
}

/** Watches whether anything still comes from a runner, and asks when nothing does. */
export class Pulse implements Disposable {
  readonly #ping: () => void;
  readonly #stop: () => void;
  #stopEarly: (() => void) | undefined;
  #silent = 0;

  constructor({ ping, isBusy, onSilent }: PulseDeps) {
    this.#ping = ping;
    this.#stop = every({ ms: TICK_MS }, () => {
      this.#silent = isBusy() ? 0 : this.#silent + 1;
      if (this.#silent > SILENT_TICKS) onSilent(TICK_MS * SILENT_TICKS);
      else ping();
    });
  }

  /** A script shall stop when nobody is there any more. */
  beginEarly(): void {
    this.#stopEarly ??= after({ ms: EARLY_MS }, this.#ping);
  }

  /** Something has come. */
  heard(): void {
    this.#silent = 0;
  }

  [Symbol.dispose](): void {
    this.#stopEarly?.();
    this.#stop();
  }
}

/** Ends a session whose runner hangs: its jobs go on, and are followed on another one. */
export function feelPulse(
  session: { readonly server: string; close(error: CroniumError): void },
  outbox: Outbox,
  remote: Remote,
): Pulse {
  return new Pulse({
    ping: () => outbox.message({ type: 'ping', id: 1 }),
    isBusy: () => outbox.isFull,
    onSilent: (silentMs) => {
      const found = `its runner gave no sign of life for ${silentMs / 1000} s`;
      session.close(new CroniumError('session/closed', `The session with "${session.server}" is over: ${found}`));
      remote.close();
    },
  });
}
