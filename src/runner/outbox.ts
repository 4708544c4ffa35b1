import type { Writable } from 'node:stream';
import { after } from '../base/shared-timers.ts';
import type { ClientMessage } from './client-message.ts';
import { encodeFrame, type Frame, FrameKind } from './frame.ts';

/** Bytes that one side may send on a stream before the other gives credit; docs/protocol.md, "Credit". */
export const INITIAL_CREDIT_BYTES = 1_048_576;

/** How long a message that nobody waits for may wait for another one to go along with. */
const SOON_MS = 1_000;

/** What is said in one turn of the event loop is one packet up to this size: each costs both sides more than what is in it. */
const JOINED_BYTES = 8_192;

interface OutStream {
  readonly frames: { readonly frame: Frame; readonly sent: () => void; readonly failed: (error: unknown) => void }[];
  credit: number;
}

/** What goes to the runner: control messages first, then the streams in turn, as much as credit and the transport allow. */
export class Outbox {
  readonly #stdin: Writable;
  readonly #control: Uint8Array[] = [];
  /** What goes along with the next message, and when it goes without one. */
  readonly #soon: Uint8Array[] = [];
  #stopSoon: (() => void) | undefined;
  /** What leaves at the end of this turn. */
  #joined: Uint8Array[] = [];
  #joinedBytes = 0;
  readonly #streams = new Map<number, OutStream>();
  #full = false;
  #error: unknown;

  constructor(stdin: Writable) {
    this.#stdin = stdin;
    stdin.on('drain', () => {
      this.#full = false;
      this.#pump();
    });
  }

  /** The transport does not take more at the moment. */
  get isFull(): boolean {
    return this.#full;
  }

  message(message: ClientMessage): void {
    if (this.#error) return;
    this.#control.push(encodeMessage(message));
    this.#takeSoon();
    this.#pump();
  }

  /** For what nobody waits for: a packet of its own costs both sides more than all that is in it. */
  messageSoon(message: ClientMessage): void {
    if (this.#error) return;
    this.#soon.push(encodeMessage(message));
    this.#stopSoon ??= after({ ms: SOON_MS }, () => this.flush());
  }

  /** Sends at once what would have waited: for another message, or for the end of this turn. */
  flush(): void {
    this.#takeSoon();
    this.#pump();
    this.#send();
  }

  /** Resolves when the frame was handed to the transport, so that a caller that awaits each frame is slowed by the wire. */
  data(stream: number, body: Uint8Array): Promise<void> {
    return this.#enqueue({ kind: FrameKind.data, stream, body });
  }

  end(stream: number): Promise<void> {
    return this.#enqueue({ kind: FrameKind.end, stream, body: new Uint8Array(0) });
  }

  /** Gives the stream up; what waits for it is dropped. */
  reset(stream: number): void {
    this.drop(stream);
    if (this.#error) return;
    this.#control.push(encodeFrame({ kind: FrameKind.reset, stream, body: new Uint8Array(0) }));
    this.#pump();
  }

  /** Forgets what waits for a stream that the runner gave up. */
  drop(stream: number): void {
    for (const waiting of this.#streams.get(stream)?.frames ?? []) waiting.sent();
    this.#streams.delete(stream);
  }

  credit(stream: number, bytes: number): void {
    const out = this.#streams.get(stream);
    if (!out) return;
    out.credit += bytes;
    this.#pump();
  }

  /** Nothing more can be sent; everyone who waits learns why. */
  fail(error: unknown): void {
    this.#error ??= error;
    this.#stopSoon?.();
    this.#control.length = 0;
    this.#soon.length = 0;
    this.#joined = [];
    this.#joinedBytes = 0;
    for (const stream of this.#streams.values()) for (const waiting of stream.frames) waiting.failed(error);
    this.#streams.clear();
  }

  #enqueue(frame: Frame): Promise<void> {
    if (this.#error) return Promise.reject(this.#error);
    let stream = this.#streams.get(frame.stream);
    if (!stream) {
      stream = { frames: [], credit: INITIAL_CREDIT_BYTES };
      this.#streams.set(frame.stream, stream);
    }
    const { frames } = stream;
    return new Promise((sent, failed) => {
      frames.push({ frame, sent, failed });
      this.#pump();
    });
  }

  /** In front of what came later. */
  #takeSoon(): void {
    this.#stopSoon?.();
    this.#stopSoon = undefined;
    this.#control.unshift(...this.#soon.splice(0));
  }

  #pump(): void {
    while (!this.#full && !this.#error) {
      if (this.#control.length > 0) {
        for (const message of this.#control.splice(0)) this.#write(message);
        continue;
      }
      const next = this.#nextStream();
      if (!next) return;
      const [number, stream] = next;
      const waiting = stream.frames.shift();
      if (!waiting) return;
      stream.credit -= waiting.frame.body.length;
      // Behind the others: the streams take turns.
      this.#streams.delete(number);
      if (waiting.frame.kind !== FrameKind.end) this.#streams.set(number, stream);
      this.#write(encodeFrame(waiting.frame));
      waiting.sent();
    }
  }

  #nextStream(): [number, OutStream] | undefined {
    for (const entry of this.#streams) {
      const first = entry[1].frames[0];
      if (first && first.frame.body.length <= entry[1].credit) return entry;
    }
    return undefined;
  }

  #write(bytes: Uint8Array): void {
    this.#joined.push(bytes);
    this.#joinedBytes += bytes.length;
    if (this.#joinedBytes >= JOINED_BYTES) this.#send();
    else if (this.#joined.length === 1) process.nextTick(() => this.#send());
  }

  #send(): void {
    const [first, ...others] = this.#joined;
    if (!first) return;
    const bytes = others.length === 0 ? first : Buffer.concat(this.#joined);
    this.#joined = [];
    this.#joinedBytes = 0;
    this.#full = !this.#stdin.write(bytes);
  }
}

export function encodeMessage(message: ClientMessage): Uint8Array {
  return encodeFrame({ kind: FrameKind.message, stream: 0, body: Buffer.from(JSON.stringify(message)) });
}
