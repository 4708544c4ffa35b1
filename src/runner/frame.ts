import { ownBytes, release } from '../base/own-bytes.ts';
import { CroniumError } from '../domain/errors.ts';

/** One unit on the wire; docs/protocol.md, "Frames". */
export interface Frame {
  readonly kind: FrameKind;
  readonly stream: number;
  /** A view into memory that is used again, or given back: see `FrameDecoder.push`. */
  readonly body: Uint8Array;
}

export const FrameKind = { message: 1, data: 2, end: 3, reset: 4 } as const;
export type FrameKind = (typeof FrameKind)[keyof typeof FrameKind];

export const HEADER_BYTES = 9;
export const MAX_BODY_BYTES = 65_536;

const NOTHING: Uint8Array<ArrayBuffer> = new Uint8Array(0);

export function encodeFrame(frame: Frame): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + frame.body.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, frame.body.length);
  bytes[4] = frame.kind;
  view.setUint32(5, frame.stream);
  bytes.set(frame.body, HEADER_BYTES);
  return bytes;
}

/** Cuts a byte stream into frames. Holds at most one incomplete frame and the one before it. */
export class FrameDecoder {
  /** A copy of the frame that has begun: what it came in may be much larger, and come in very small pieces. */
  #part = NOTHING;
  #partLength = 0;
  /** The frame that came in parts and was returned last. */
  #returned = NOTHING;

  /** Whether a stream that ends now ends within a frame. */
  get isCut(): boolean {
    return this.#partLength > 0;
  }

  /**
   * The frames that `bytes` completes. Their bodies are to be read before `bytes` is used again, and before the next push. Throws
   * `CroniumError` (`frame/…`) on a violation; the decoder is of no use after that.
   */
  push(bytes: Uint8Array): Frame[] {
    release(this.#returned);
    this.#returned = NOTHING;
    const frames: Frame[] = [];
    let at = this.#partLength === 0 ? 0 : this.#finish(bytes, frames);
    while (at < bytes.length) {
      const size = wantedBytes(bytes, at, bytes.length);
      if (bytes.length - at < size) break;
      frames.push(frameAt(bytes, at, size));
      at += size;
    }
    if (at < bytes.length) this.#hold(bytes.subarray(at), wantedBytes(bytes, at, bytes.length));
    return frames;
  }

  /** Adds what the frame that has begun lacks, and returns how many bytes that took. */
  #finish(bytes: Uint8Array, frames: Frame[]): number {
    let at = 0;
    for (;;) {
      const wanted = wantedBytes(this.#part, 0, this.#partLength);
      if (this.#partLength >= HEADER_BYTES && this.#partLength === wanted) break;
      if (at === bytes.length) return at;
      const taken = Math.min(wanted - this.#partLength, bytes.length - at);
      this.#hold(bytes.subarray(at, at + taken), wanted);
      at += taken;
    }
    frames.push(frameAt(this.#part, 0, this.#partLength));
    this.#returned = this.#part;
    this.#part = NOTHING;
    this.#partLength = 0;
    return at;
  }

  #hold(bytes: Uint8Array, wanted: number): void {
    if (this.#part.length < wanted) {
      const larger = ownBytes(wanted);
      larger.set(this.#part.subarray(0, this.#partLength));
      release(this.#part);
      this.#part = larger;
    }
    this.#part.set(bytes, this.#partLength);
    this.#partLength += bytes.length;
  }
}

/** How many bytes are needed to go on with the frame at `at`: its header, or all of it once that is there. Checks the header. */
function wantedBytes(bytes: Uint8Array, at: number, end: number): number {
  if (end - at < HEADER_BYTES) return HEADER_BYTES;
  const { length, kind, stream } = headerAt(bytes, at);
  checkLength(length);
  checkHeader(checkedKind(kind), stream, length);
  return HEADER_BYTES + length;
}

function frameAt(bytes: Uint8Array, at: number, size: number): Frame {
  const { kind, stream } = headerAt(bytes, at);
  return { kind: checkedKind(kind), stream, body: bytes.subarray(at + HEADER_BYTES, at + size) };
}

function headerAt(bytes: Uint8Array, at: number): { length: number; kind: number; stream: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, HEADER_BYTES);
  return { length: view.getUint32(0), kind: view.getUint8(4), stream: view.getUint32(5) };
}

function checkedKind(kind: number): FrameKind {
  if (kind >= FrameKind.message && kind <= FrameKind.reset) return kind as FrameKind;
  throw new CroniumError('frame/kind', `Cannot read the runner's answer: a frame is of the unknown kind ${kind}`);
}

function checkLength(length: number): void {
  if (length <= MAX_BODY_BYTES) return;
  throw new CroniumError('frame/length', `Cannot read the runner's answer: a frame says it is ${length} bytes long`);
}

function checkHeader(kind: FrameKind, stream: number, length: number): void {
  if ((kind === FrameKind.message) !== (stream === 0)) {
    throw new CroniumError(
      'frame/stream',
      `Cannot read the runner's answer: a frame of kind ${kind} on stream ${stream}`,
    );
  }
  if (length > 0 && (kind === FrameKind.end || kind === FrameKind.reset)) {
    throw new CroniumError('frame/body', `Cannot read the runner's answer: a frame of kind ${kind} has a body`);
  }
}
