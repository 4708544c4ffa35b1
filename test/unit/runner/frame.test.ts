import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CroniumError } from '../../../src/domain/errors.ts';
import { encodeFrame, type Frame, FrameDecoder, FrameKind, MAX_BODY_BYTES } from '../../../src/runner/frame.ts';

interface Golden {
  readonly name: string;
  readonly hex: string;
  readonly frames?: readonly {
    readonly kind: string;
    readonly stream: number;
    readonly json?: unknown;
    readonly hex?: string;
  }[];
  readonly error?: string;
}

const golden = new URL('../../../runner/testdata/frames.json', import.meta.url);

test('the golden frames decode as the runner decodes them', () => {
  expect(existsSync(golden)).toBe(true);
  for (const row of JSON.parse(readFileSync(golden, 'utf8')) as Golden[]) {
    const decoder = new FrameDecoder();
    const decode = (): unknown => decoder.push(Buffer.from(row.hex, 'hex')).map(plain);
    if (row.error && row.error !== 'cut') {
      expect(decode, row.name).toThrow(expect.objectContaining({ code: row.error }));
      continue;
    }
    expect(decode(), row.name).toEqual(row.frames);
    expect(decoder.isCut, row.name).toBe(row.error === 'cut');
  }
});

test('FrameDecoder gives the same frames however the bytes are cut', () => {
  fc.assert(
    fc.property(fc.array(anyFrame(), { maxLength: 8 }), fc.array(fc.nat(200), { maxLength: 40 }), (frames, cuts) => {
      const bytes = Buffer.concat(frames.map(encodeFrame));
      const decoder = new FrameDecoder();
      const seen: Frame[] = [];
      let at = 0;
      for (const cut of [...cuts, bytes.length]) {
        for (const frame of decoder.push(bytes.subarray(at, at + cut)))
          seen.push({ ...frame, body: frame.body.slice() });
        at += cut;
      }
      expect(seen.map(plainHex)).toEqual(frames.map(plainHex));
    }),
  );
});

test('FrameDecoder ends random bytes in frames or a CroniumError, and holds at most one frame', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 4_000 }), { maxLength: 20 }), (chunks) => {
      const decoder = new FrameDecoder();
      try {
        for (const chunk of chunks) {
          for (const frame of decoder.push(chunk)) expect(frame.body.length).toBeLessThanOrEqual(MAX_BODY_BYTES);
        }
      } catch (error) {
        expect(error).toBeInstanceOf(CroniumError);
      }
    }),
  );
});

function anyFrame(): fc.Arbitrary<Frame> {
  const stream = fc.integer({ min: 1, max: 2 ** 32 - 1 });
  const body = fc.uint8Array({ maxLength: 300 });
  const nothing = new Uint8Array(0);
  return fc.oneof(
    body.map((bytes): Frame => ({ kind: FrameKind.message, stream: 0, body: bytes })),
    fc.tuple(stream, body).map(([number, bytes]): Frame => ({ kind: FrameKind.data, stream: number, body: bytes })),
    stream.map((number): Frame => ({ kind: FrameKind.end, stream: number, body: nothing })),
    stream.map((number): Frame => ({ kind: FrameKind.reset, stream: number, body: nothing })),
  );
}

const NAMES = { 1: 'message', 2: 'data', 3: 'end', 4: 'reset' } as const;

/** A frame as the golden file writes it. */
function plain({ kind, stream, body }: Frame): object {
  const base = { kind: NAMES[kind], stream };
  if (kind === FrameKind.message) return { ...base, json: JSON.parse(Buffer.from(body).toString('utf8')) };
  return { ...base, hex: Buffer.from(body).toString('hex') };
}

function plainHex({ kind, stream, body }: Frame): object {
  return { kind, stream, hex: Buffer.from(body).toString('hex') };
}
