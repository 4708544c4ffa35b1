import { CroniumError } from '../domain/errors.ts';
import { type Frame, FrameKind } from './frame.ts';
import type { RunnerMessage } from './message.ts';
import type { Outbox } from './outbox.ts';
import { openTunnel, type Tunnel, type TunnelEnd } from './tunnel.ts';

/** Stream numbers from here up are the runner's. */
const FIRST_STREAM = 2 ** 31;

/** At once in a session, so that a server can make us hold a bounded amount; more are reset, and come again. */
export const MAX_TUNNELS = 16;

/** The streams that the runner opens in a session. */
export class Tunnels {
  readonly #outbox: Outbox;
  readonly #onTunnel: ((tunnel: Tunnel) => void) | undefined;
  readonly #ends = new Map<number, TunnelEnd>();
  #next = FIRST_STREAM;

  /** Without `onTunnel` nobody here answers what scripts ask. */
  constructor(outbox: Outbox, onTunnel: ((tunnel: Tunnel) => void) | undefined) {
    this.#outbox = outbox;
    this.#onTunnel = onTunnel;
  }

  /** What is said with a start and an attach. */
  get offer(): { readonly helpers?: true } {
    return this.#onTunnel ? { helpers: true } : {};
  }

  /** Throws `CroniumError` `stream` when the number is not a new one of the runner's. */
  open({ job, door, after, stream }: Extract<RunnerMessage, { type: 'tunnel' }>): void {
    if (stream < this.#next) throw new CroniumError('stream', `a tunnel has the stream number ${stream} again`);
    this.#next = stream + 1;
    if (!this.#onTunnel || this.#ends.size >= MAX_TUNNELS) return this.#outbox.reset(stream);
    const end = openTunnel(this.#outbox, stream, () => this.#ends.delete(stream));
    this.#ends.set(stream, end);
    this.#onTunnel({ job, door, after, socket: end.socket });
  }

  /** Whether the frame is of a tunnel. */
  receive({ kind, stream, body }: Frame): boolean {
    if (stream < FIRST_STREAM) return false;
    if (stream >= this.#next) throw new CroniumError('stream', `a frame is of the stream ${stream} that nobody opened`);
    const end = this.#ends.get(stream);
    if (kind === FrameKind.data) end?.receive(body);
    else if (kind === FrameKind.end) end?.end();
    else end?.fail(new CroniumError('tunnel/reset', 'The caller on the server has gone'));
    return true;
  }

  fail(error: Error): void {
    for (const end of [...this.#ends.values()]) end.fail(error);
  }
}
