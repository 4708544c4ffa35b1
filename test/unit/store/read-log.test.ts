import { appendFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { RecordDecoder } from '../../../src/domain/record.ts';
import { openMirror } from '../../../src/store/mirror.ts';
import { readLastSegment, readLog } from '../../../src/store/read-log.ts';
import { encodeRecord, encodeSpool, outputs, plain } from './spool.ts';
import { tempDir } from './temp-dir.ts';

test('readLog() gives every record once and in order, over segments and chunks', async () => {
  using dir = tempDir();
  const spool = encodeSpool(outputs(40, 50_000));
  using mirror = openMirror(dir.path, { segmentBytes: 700_000 });
  mirror.write(0, spool);
  expect(await read(dir.path)).toEqual(new RecordDecoder().push(spool).map(plain));
});

test('readLog() gives nothing when there is no mirror', async () => {
  using dir = tempDir();
  expect(await read(join(dir.path, 'none'))).toEqual([]);
});

test('readLog() ends when the log is removed while somebody reads it', async () => {
  using dir = tempDir();
  const logs = join(dir.path, 'log');
  using mirror = openMirror(logs, { segmentBytes: 100 });
  mirror.write(0, encodeSpool(outputs(3, 60)));
  const seen: number[] = [];
  for await (const { seq } of readLog(logs)) {
    seen.push(seq);
    rmSync(logs, { recursive: true, force: true });
  }
  expect(seen).toEqual([0]);
});

test('readLog() stops before a torn tail and leaves it alone', async () => {
  using dir = tempDir();
  const file = join(dir.path, '0'.repeat(16));
  writeFileSync(file, encodeSpool(outputs(2, 60)));
  appendFileSync(file, encodeRecord(2, { type: 2, body: Buffer.alloc(9) }).subarray(0, 30));
  expect(await read(dir.path)).toMatchObject([{ seq: 0 }, { seq: 1 }]);
  expect(openMirror(dir.path).end).toBe(170);
});

test('readLog() goes on behind a hole and behind damage with the next segment', async () => {
  using dir = tempDir();
  const spool = encodeSpool(outputs(9, 60));
  const damaged = Buffer.from(spool.subarray(0, 170));
  damaged.writeUInt8(0, 100);
  writeFileSync(join(dir.path, '0'.repeat(16)), damaged);
  writeFileSync(join(dir.path, '00000000000000aa'), spool.subarray(170, 255));
  writeFileSync(join(dir.path, '00000000000001fe'), spool.subarray(510, 680));
  expect(await read(dir.path)).toMatchObject([0, 2, 6, 7].map((seq) => ({ seq, offset: seq * 85 })));
});

test('readLastSegment() gives the records of the last segment, whatever is in front of it', async () => {
  using dir = tempDir();
  const spool = encodeSpool(outputs(9, 60));
  writeFileSync(join(dir.path, '0'.repeat(16)), 'damaged');
  writeFileSync(join(dir.path, '00000000000000aa'), spool.subarray(170));
  expect(await read(dir.path, readLastSegment)).toEqual(new RecordDecoder().push(spool).slice(2).map(plain));
});

test('readLastSegment() reads a log of one segment, and none', async () => {
  using dir = tempDir();
  expect(await read(dir.path, readLastSegment)).toEqual([]);
  const spool = encodeSpool(outputs(3, 60));
  writeFileSync(join(dir.path, '0'.repeat(16)), spool);
  expect(await read(dir.path, readLastSegment)).toMatchObject([{ seq: 0 }, { seq: 1 }, { seq: 2 }]);
});

async function read(dir: string, reader = readLog): Promise<unknown[]> {
  const records: unknown[] = [];
  for await (const record of reader(dir)) records.push(plain(record));
  return records;
}
