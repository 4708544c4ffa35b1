import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '../random.ts';

/**
 * How a connection breaks: `reset` (RST) and `end` (FIN) are told to both ends; `freeze` stops reading and keeps the sockets, until
 * a thaw; `halfOpen` reads on and throws everything away for ever, as a router does that has forgotten the connection.
 */
export type Breakage = 'reset' | 'end' | 'freeze' | 'halfOpen';

/** What is done to the bytes of one direction. */
export interface Rule {
  /** The connection breaks behind so many bytes of this direction. */
  readonly breakAfter?: { readonly bytes: number; readonly by: Breakage };
  readonly delayMs?: number;
  /** Up to so much more, drawn for each chunk; the order stays. */
  readonly jitterMs?: number;
  readonly bytesPerSecond?: number;
  /** Writes of at most so many bytes, each handed to the kernel by itself. */
  readonly sliceBytes?: number;
  /** Gathers what comes within this time into one write. */
  readonly coalesceMs?: number;
  /** The lowest bit of the byte at this position is flipped. */
  readonly flipAt?: number;
}

export interface StretchDeps {
  readonly rule: Rule;
  readonly random: Random;
  /** Resolves when the connection is not frozen (any more). */
  thawed(): Promise<void>;
  isHalfOpen(): boolean;
  break(by: Breakage): void;
}

/** What may wait in one direction before its sender is held back. */
const HELD_BYTES = 1024 * 1024;

/** One direction of a connection: what `from` says reaches `to` by its rule. */
export class Stretch {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #deps: StretchDeps;
  readonly #waiting: { readonly bytes: Buffer; readonly dueAt: number }[] = [];
  #held = 0;
  #carried = 0;
  #lastDueAt = 0;
  #isPumping = false;
  #hasEnded = false;

  constructor(from: Socket, to: Socket, deps: StretchDeps) {
    this.#from = from;
    this.#to = to;
    this.#deps = deps;
    from.on('data', (bytes: Buffer) => this.#take(bytes));
    from.on('end', () => {
      this.#hasEnded = true;
      this.#pump();
    });
  }

  /** Bytes that reached the other side. */
  get carried(): number {
    return this.#carried;
  }

  #take(bytes: Buffer): void {
    if (this.#deps.isHalfOpen()) return;
    const { delayMs = 0, jitterMs = 0, coalesceMs = 0 } = this.#deps.rule;
    const jitter = jitterMs > 0 ? this.#deps.random.next() * jitterMs : 0;
    const first = this.#waiting[0];
    const dueAt = coalesceMs > 0 && first ? first.dueAt : performance.now() + delayMs + jitter + coalesceMs;
    this.#lastDueAt = Math.max(this.#lastDueAt, dueAt);
    this.#waiting.push({ bytes, dueAt: this.#lastDueAt });
    this.#held += bytes.length;
    if (this.#held > HELD_BYTES) this.#from.pause();
    this.#pump();
  }

  #pump(): void {
    if (this.#isPumping) return;
    this.#isPumping = true;
    this.#carry()
      // A socket that was destroyed under us has nothing more to carry.
      .catch(() => {})
      .finally(() => {
        this.#isPumping = false;
        if (this.#waiting.length > 0 && !this.#to.destroyed) this.#pump();
      });
  }

  async #carry(): Promise<void> {
    for (let first = this.#waiting[0]; first; first = this.#waiting[0]) {
      const pause = first.dueAt - performance.now();
      if (pause > 0) await delay(pause);
      await this.#deps.thawed();
      const now = performance.now();
      const due =
        this.#deps.rule.coalesceMs === undefined ? 1 : this.#waiting.filter(({ dueAt }) => dueAt <= now).length;
      const bytes = Buffer.concat(this.#waiting.splice(0, Math.max(1, due)).map((entry) => entry.bytes));
      this.#held -= bytes.length;
      if (this.#deps.isHalfOpen() || !(await this.#pass(bytes))) return;
      if (this.#held <= HELD_BYTES) this.#from.resume();
    }
    if (this.#hasEnded && !this.#deps.isHalfOpen()) {
      await this.#deps.thawed();
      this.#to.end();
    }
  }

  /** Says whether the connection still stands. */
  async #pass(bytes: Buffer): Promise<boolean> {
    const { breakAfter, flipAt } = this.#deps.rule;
    const whole = Buffer.from(bytes);
    const position = (flipAt ?? -1) - this.#carried;
    if (position >= 0 && position < whole.length) whole.writeUInt8(whole.readUInt8(position) ^ 1, position);
    const left = breakAfter === undefined ? Number.POSITIVE_INFINITY : breakAfter.bytes - this.#carried;
    await this.#write(left > whole.length ? whole : whole.subarray(0, Math.max(0, left)));
    if (left > whole.length || breakAfter === undefined) return true;
    // What reached the far kernel stays there; what is still in ours would go with a reset.
    await new Promise((written) => this.#to.write('', written));
    this.#deps.break(breakAfter.by);
    if (breakAfter.by !== 'freeze') return false;
    await this.#deps.thawed();
    await this.#write(whole.subarray(Math.max(0, left)));
    return true;
  }

  async #write(bytes: Buffer): Promise<void> {
    const { sliceBytes = bytes.length, bytesPerSecond } = this.#deps.rule;
    for (let at = 0; at < bytes.length; at += sliceBytes) {
      const piece = bytes.subarray(at, at + sliceBytes);
      // A piece by itself: written together, the kernel would join them.
      await new Promise<void>((written, failed) =>
        this.#to.write(piece, (error) => (error ? failed(error) : written())),
      );
      this.#carried += piece.length;
      if (bytesPerSecond !== undefined) await delay((piece.length / bytesPerSecond) * 1000);
    }
  }
}
