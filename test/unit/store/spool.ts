import { crc32c } from '../../../src/base/crc32c.ts';
import type { LogRecord } from '../../../src/domain/record.ts';

/** What a test says about a record; the rest follows from its place. */
export interface Draft {
  readonly type: number;
  readonly body: Uint8Array;
}

/** One record as the runner writes it. */
export function encodeRecord(seq: number, draft: Draft): Buffer {
  const record = Buffer.alloc(25 + draft.body.length);
  record.writeUInt32BE(draft.body.length, 0);
  record[4] = draft.type;
  record.writeBigUInt64BE(BigInt(seq), 5);
  record.writeBigUInt64BE(1_700_000_000_000_000n + BigInt(seq), 13);
  record.set(draft.body, 21);
  record.writeUInt32BE(crc32c(record.subarray(0, -4)), record.length - 4);
  return record;
}

/** A spool without holes. */
export function encodeSpool(drafts: readonly Draft[], firstSeq = 0): Buffer {
  return Buffer.concat(drafts.map((draft, index) => encodeRecord(firstSeq + index, draft)));
}

/** `count` OUT records with `bodyBytes` bytes each, no two alike. */
export function outputs(count: number, bodyBytes: number): Draft[] {
  return Array.from({ length: count }, (_, index) => ({
    type: 2,
    body: Buffer.alloc(bodyBytes, `${index} is the number of this body; `),
  }));
}

/** A record as plain data, to compare whole values. */
export function plain(record: LogRecord): unknown {
  return { ...record, body: Buffer.from(record.body).toString('latin1') };
}

/** `bytes` cut at the given places, whichever of them lie inside. */
export function pieces(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const places = [...new Set([0, ...cuts.map((cut) => Math.min(cut, bytes.length)), bytes.length])].sort(
    (a, b) => a - b,
  );
  return places.slice(1).map((end, index) => bytes.subarray(places[index], end));
}

/** Record `seq` of a spool that never ends; lengths from 0 to 3,000 bytes. */
export function endlessRecord(seq: number): Buffer {
  return encodeRecord(seq, { type: 2, body: Buffer.alloc((seq * 6007) % 3000, `${seq};`) });
}
