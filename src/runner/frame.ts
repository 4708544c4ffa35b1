import { CroniumError } from '../domain/errors.ts';

/** One unit on the wire; docs/protocol.md, "Frames". */
export interface Frame {
  readonly kind: FrameKind;
  readonly stream: number;
  readonly body: Uint8Array;
}

export const FrameKind = { message: 1, data: 2, end: 3, reset: 4 } as const;
export type FrameKind = (typeof FrameKind)[keyof typeof FrameKind];

export const HEADER_BYTES = 9;
export const MAX_BODY_BYTES = 65_536;

const NOTHING = new Uint8Array(0);

export function encodeFrame(frame: Frame): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + frame.body.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, frame.body.length);
  bytes[4] = frame.kind;
  view.setUint32(5, frame.stream);
  bytes.set(frame.body, HEADER_BYTES);
  return bytes;
}

/** Cuts a byte stream into frames. Holds at most one incomplete frame; bodies are views into what was pushed where possible. */
export class FrameDecoder {
  #rest: Uint8Array = NOTHING;

  /** Whether a stream that ends now ends within a frame. */
  get isCut(): boolean {
    return this.#rest.length > 0;
  }

  /** The frames that `bytes` completes. Throws `CroniumError` (`frame/…`) on a violation; the decoder is of no use after that. */
  push(bytes: Uint8Array): Frame[] {
    const input = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
    const frames: Frame[] = [];
    let at = 0;
    while (input.length - at >= HEADER_BYTES) {
      const length = view.getUint32(at);
      checkLength(length);
      const kind = checkedKind(view.getUint8(at + 4));
      const stream = view.getUint32(at + 5);
      checkHeader(kind, stream, length);
      const end = at + HEADER_BYTES + length;
      if (input.length < end) break;
      frames.push({ kind, stream, body: input.subarray(at + HEADER_BYTES, end) });
      at = end;
    }
    this.#rest = at === input.length ? NOTHING : input.subarray(at);
    return frames;
  }
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
