import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CroniumError } from '../../../src/domain/errors.ts';
import { type LogRecord, RecordDecoder } from '../../../src/domain/record.ts';
import { type Draft, encodeRecord, encodeSpool, outputs, pieces, plain } from './spool.ts';

interface Golden {
  readonly name: string;
  readonly hex: string;
  readonly records: readonly {
    readonly type: number;
    readonly seq: number;
    readonly time: number;
    readonly hex: string;
  }[];
  readonly error?: string;
  readonly splits?: readonly number[];
}

/** What the runner's own decoder is tested with. */
const golden = JSON.parse(
  readFileSync(new URL('../../../runner/testdata/records.json', import.meta.url), 'utf8'),
) as Golden[];

const TYPES = ['', 'START', 'OUT', 'ERR', 'NOTE', 'GAP', 'OUTPUT', 'VARIABLE', 'EXIT'];

const drafts: fc.Arbitrary<Draft[]> = fc.array(
  fc.record({ type: fc.integer({ min: 1, max: 8 }), body: fc.uint8Array({ maxLength: 60 }) }),
  { maxLength: 12 },
);
const cuts = fc.array(fc.nat({ max: 800 }), { maxLength: 30 });

describe('RecordDecoder', () => {
  test.each(golden)('agrees with the runner on $name', ({ hex, records, error, splits }) => {
    const bytes = Buffer.from(hex, 'hex');
    for (const parts of [[bytes], pieces(bytes, splits ?? [1, 20, 30]), [...bytes].map((byte) => Buffer.of(byte))]) {
      const end = attempt(new RecordDecoder(), parts);
      expect(end.code).toBe(error);
      expect(end.records).toMatchObject(
        records.map(({ type, seq, time, hex: body }) => ({
          ...{ type: TYPES[type], seq, time },
          body: Buffer.from(body, 'hex').toString('latin1'),
        })),
      );
      expect(end.records).toHaveLength(records.length);
    }
  });

  test('reads a record of every type', () => {
    const body = Buffer.from('{}');
    const spool = encodeSpool([1, 2, 3, 4, 5, 6, 7, 8].map((type) => ({ type, body })));
    expect(new RecordDecoder().push(spool).map((record) => record.type)).toEqual([
      'START',
      'OUT',
      'ERR',
      'NOTE',
      'GAP',
      'OUTPUT',
      'VARIABLE',
      'EXIT',
    ]);
  });

  test('gives number, time, body and offset', () => {
    const records = new RecordDecoder().push(encodeSpool(outputs(2, 3)));
    expect(records.map(plain)).toEqual([
      { type: 'OUT', seq: 0, time: 1_700_000_000_000_000, body: '0 i', offset: 0 },
      { type: 'OUT', seq: 1, time: 1_700_000_000_000_001, body: '1 i', offset: 28 },
    ]);
  });

  test('gives the same records however the stream is cut', () => {
    fc.assert(
      fc.property(drafts, cuts, (made, places) => {
        const spool = encodeSpool(made);
        const decoder = new RecordDecoder();
        const records = pieces(spool, places).flatMap((piece) => decoder.push(piece));
        expect(records.map(plain)).toEqual(new RecordDecoder().push(spool).map(plain));
        expect(records.map((record) => Buffer.from(record.body))).toEqual(made.map((draft) => Buffer.from(draft.body)));
        expect([decoder.offset, decoder.seq]).toEqual([spool.length, made.length]);
      }),
    );
  });

  test('reads a record that comes byte by byte', () => {
    const spool = encodeSpool(outputs(3, 300));
    const decoder = new RecordDecoder();
    const records = [...spool].flatMap((byte) => decoder.push(Uint8Array.of(byte)));
    expect(records.map(plain)).toEqual(new RecordDecoder().push(spool).map(plain));
  });

  test('names what is wrong', () => {
    const whole = encodeRecord(0, { type: 2, body: Buffer.from('text') });
    const check = (code: string, change: (bytes: Buffer) => void) => {
      const bytes = Buffer.from(whole);
      change(bytes);
      expect(attempt(new RecordDecoder(), [bytes]).code).toBe(code);
      expect(attempt(new RecordDecoder(), pieces(bytes, [1, 4, 5, 9, 22])).code).toBe(code);
    };
    check('record/length', (bytes) => bytes.writeUInt32BE(65_537, 0));
    check('record/type', (bytes) => bytes.writeUInt8(0, 4));
    check('record/type', (bytes) => bytes.writeUInt8(9, 4));
    check('record/crc', (bytes) => bytes.writeUInt8(0x54, 21));
    check('record/crc', (bytes) => bytes.writeUInt8(1, 5));
    check('record/seq', (bytes) => encodeRecord(1, { type: 2, body: Buffer.from('text') }).copy(bytes));
  });

  test('returns the whole records in front of a bad one, then throws at every push', () => {
    const spool = encodeSpool(outputs(3, 10));
    spool.writeUInt8(0, 70 + 4);
    const decoder = new RecordDecoder();
    expect(decoder.push(spool)).toHaveLength(2);
    expect([decoder.offset, decoder.problem?.code]).toEqual([70, 'record/type']);
    expect(() => decoder.push(Buffer.alloc(0))).toThrow('its type is 0');
    expect(() => decoder.push(Buffer.alloc(0))).toThrow('its type is 0');
  });

  test('throws at a bad header without waiting for the body', () => {
    expect(attempt(new RecordDecoder(), [Uint8Array.of(0, 1, 0, 1)]).code).toBe('record/length');
    expect(attempt(new RecordDecoder(), [Uint8Array.of(0, 0), Uint8Array.of(0, 1, 77)]).code).toBe('record/type');
  });

  test('goes on behind a hole with the records that are left', () => {
    const [first = Buffer.alloc(0), , third = Buffer.alloc(0)] = outputs(3, 10).map((d, i) => encodeRecord(i * 2, d));
    const decoder = new RecordDecoder();
    decoder.push(Buffer.concat([first, third.subarray(0, 7)]));
    decoder.skipTo(1000);
    expect(decoder.push(third).map(plain)).toMatchObject([{ seq: 4, offset: 1000 }]);
    expect(decoder.offset).toBe(1035);
    expect(attempt(decoder, [third]).code).toBe('record/seq');
  });

  test('never crashes, hangs or holds more than one record on any bytes', () => {
    const noise = fc.oneof(
      fc.uint8Array({ maxLength: 400 }),
      fc
        .tuple(drafts, fc.uint8Array({ maxLength: 60 }))
        .map(([made, tail]) => Buffer.concat([encodeSpool(made), tail])),
    );
    fc.assert(
      fc.property(noise, cuts, (bytes, places) => {
        const decoder = new RecordDecoder();
        const end = attempt(decoder, pieces(bytes, places));
        expect(end.offset).toBeLessThanOrEqual(bytes.length);
        expect([undefined, 'record/length', 'record/type', 'record/crc', 'record/seq']).toContain(end.code);
        expect(end).toEqual(attempt(new RecordDecoder(), [bytes]));
      }),
      { numRuns: 1000 },
    );
  });
});

/** Pushes the pieces until one throws, and says how far it came. */
function attempt(decoder: RecordDecoder, parts: readonly Uint8Array[]) {
  const records: LogRecord[] = [];
  try {
    for (const part of [...parts, Buffer.alloc(0)]) records.push(...decoder.push(part));
  } catch (error) {
    if (!(error instanceof CroniumError)) throw error;
    return { code: error.code, offset: decoder.offset, records: records.map(plain) };
  }
  return { code: undefined, offset: decoder.offset, records: records.map(plain) };
}
