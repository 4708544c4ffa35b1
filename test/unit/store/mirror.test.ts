import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openMirror } from '../../../src/store/mirror.ts';
import { encodeRecord, encodeSpool, outputs, pieces, plain } from './spool.ts';
import { tempDir } from './temp-dir.ts';

const SMALL = { segmentBytes: 200 };

describe('SpoolMirror', () => {
  test('has the same files as the server, however the stream is cut', { timeout: 20_000 }, () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 150 }), { maxLength: 30 });
    const cuts = fc.array(fc.nat({ max: 4000 }), { maxLength: 40 });
    fc.assert(
      fc.property(sizes, cuts, (bodies, places) => {
        using dir = tempDir();
        const records = bodies.map((size, index) => encodeRecord(index, { type: 2, body: Buffer.alloc(size, index) }));
        const spool = Buffer.concat(records);
        const mirror = openMirror(join(dir.path, 'mirror'), SMALL);
        let offset = 0;
        const returned = pieces(spool, places).flatMap((piece) => {
          // As it comes from a connection, in memory that is used again.
          const lent = Buffer.from(piece);
          const done = mirror.write(offset, lent).map(({ body }) => Buffer.from(body).toString('hex'));
          lent.fill(0xff);
          offset += piece.length;
          return done;
        });
        mirror.close();
        expect(mirror.end).toBe(spool.length);
        expect(returned).toEqual(bodies.map((size, index) => Buffer.alloc(size, index).toString('hex')));
        expect(filesOf(join(dir.path, 'mirror'))).toEqual(serverFiles(records, SMALL.segmentBytes));
      }),
    );
  });

  test('begins a segment with the record that would take it over 16 MiB', async () => {
    using dir = tempDir();
    const record = encodeRecord(0, { type: 2, body: Buffer.alloc(65_536) });
    const mirror = openMirror(dir.path);
    for (let seq = 0; seq < 300; seq++) {
      mirror.write(seq * record.length, encodeRecord(seq, { type: 2, body: Buffer.alloc(65_536) }));
    }
    await mirror.sync();
    mirror.close();
    const full = Math.floor((16 * 1024 * 1024) / record.length) * record.length;
    expect(readdirSync(dir.path)).toEqual(['0'.repeat(16), full.toString(16).padStart(16, '0')]);
    expect(openMirror(dir.path)).toMatchObject({ end: 300 * record.length, opened: { seq: 300 } });
  });

  test('cuts a torn tail off, wherever it is torn, and goes on from there', { timeout: 20_000 }, () => {
    const options = { segmentBytes: 80 };
    const records = outputs(5, 10).map((draft, seq) => encodeRecord(seq, draft));
    const spool = Buffer.concat(records);
    const files = serverFiles(records, options.segmentBytes);
    expect(Object.keys(files)).toHaveLength(3);
    for (let length = 0; length <= spool.length; length++) {
      using dir = tempDir();
      writeFiles(dir.path, spool, files, length);
      const whole = length - (length % 35);
      using mirror = openMirror(dir.path, options);
      expect([length, mirror.end, mirror.opened.seq]).toEqual([length, whole, whole / 35]);
      expect(bytesIn(dir.path)).toBe(whole);
      mirror.write(mirror.end, spool.subarray(mirror.end));
      expect(filesOf(dir.path)).toEqual(files);
    }
  });

  test('cuts at a damaged byte, wherever it is in what is not surely on disk', () => {
    const spool = encodeSpool(outputs(2, 60));
    for (let place = 0; place < spool.length; place++) {
      using dir = tempDir();
      const damaged = Buffer.from(spool);
      damaged.writeUInt8((damaged[place] ?? 0) ^ 0x10, place);
      writeFileSync(join(dir.path, '0'.repeat(16)), damaged);
      using mirror = openMirror(dir.path);
      expect([place, mirror.end]).toEqual([place, place < 85 ? 0 : 85]);
      mirror.write(mirror.end, spool.subarray(mirror.end));
      expect(readFileSync(join(dir.path, '0'.repeat(16))).equals(spool)).toBe(true);
    }
  });

  test('sets segments behind a cut aside and does not delete them', () => {
    using dir = tempDir();
    const records = outputs(4, 60).map((draft, seq) => encodeRecord(seq, draft));
    writeFiles(dir.path, Buffer.concat(records), serverFiles(records, SMALL.segmentBytes), 340);
    truncateSync(join(dir.path, '0'.repeat(16)), 100);
    expect(openMirror(dir.path, SMALL).end).toBe(85);
    expect(readdirSync(dir.path).sort()).toEqual(['0'.repeat(16), '00000000000000aa.cut']);
  });

  test('takes the segments before when the last two hold no record', () => {
    using dir = tempDir();
    const records = outputs(2, 60).map((draft, seq) => encodeRecord(seq, draft));
    writeFileSync(join(dir.path, '0'.repeat(16)), Buffer.concat(records));
    for (const name of ['00000000000000aa', '00000000000000bb']) writeFileSync(join(dir.path, name), '');
    expect(openMirror(dir.path)).toMatchObject({ end: 170, opened: { offset: 170, seq: 2 } });
  });

  test('leaves the tail of a file that grows: somebody else is writing it', () => {
    // Not seen from outside but by its promise: two mirrors on one folder end with the right bytes.
    using dir = tempDir();
    const spool = encodeSpool(outputs(9, 60));
    const first = openMirror(dir.path, SMALL);
    const second = openMirror(dir.path, SMALL);
    for (let offset = 0; offset < spool.length; offset += 33) first.write(offset, spool.subarray(offset, offset + 33));
    for (let offset = 0; offset < spool.length; offset += 50) second.write(offset, spool.subarray(offset, offset + 50));
    first.close();
    second.close();
    expect(concatenated(dir.path).equals(spool)).toBe(true);
  });

  test('write() passes over what is here already', () => {
    using dir = tempDir();
    const spool = encodeSpool(outputs(4, 60));
    using mirror = openMirror(dir.path, SMALL);
    expect(mirror.write(0, spool.subarray(0, 100))).toHaveLength(1);
    expect(mirror.write(0, spool.subarray(0, 85))).toEqual([]);
    expect(mirror.write(90, spool.subarray(90, 95))).toEqual([]);
    expect(mirror.write(40, spool.subarray(40, 200)).map(plain)).toMatchObject([{ seq: 1, offset: 85 }]);
    expect(mirror.write(200, spool.subarray(200))).toHaveLength(2);
    expect(concatenated(dir.path).equals(spool)).toBe(true);
  });

  test('write() takes a record again from its beginning after a dropped connection', () => {
    using dir = tempDir();
    const spool = encodeSpool(outputs(3, 60));
    using mirror = openMirror(dir.path);
    mirror.write(0, spool.subarray(0, 120));
    expect(mirror.end).toBe(85);
    expect(mirror.write(85, spool.subarray(85))).toHaveLength(2);
    expect(concatenated(dir.path).equals(spool)).toBe(true);
  });

  test('write() keeps no bad record and takes a good one in its place', () => {
    using dir = tempDir();
    const spool = encodeSpool(outputs(4, 60));
    const damaged = Buffer.from(spool);
    damaged.writeUInt8(0, 200);
    using mirror = openMirror(dir.path);
    expect(mirror.write(0, damaged.subarray(0, 260))).toHaveLength(2);
    expect(() => mirror.write(260, damaged.subarray(260))).toThrow(expect.objectContaining({ code: 'record/crc' }));
    expect([mirror.end, bytesIn(dir.path)]).toEqual([170, 170]);
    expect(mirror.write(170, spool.subarray(170))).toHaveLength(2);
    expect(concatenated(dir.path).equals(spool)).toBe(true);
  });

  test('write() leaves a hole, which opening keeps', () => {
    using dir = tempDir();
    const records = outputs(9, 60).map((draft, seq) => encodeRecord(seq, draft));
    const spool = Buffer.concat(records);
    const mirror = openMirror(dir.path, SMALL);
    mirror.write(0, spool.subarray(0, 120));
    mirror.write(510, spool.subarray(510, 600));
    mirror.close();
    expect(filesOf(dir.path)).toEqual({ '0000000000000000': hex(records[0]), '00000000000001fe': hex(records[6]) });
    using again = openMirror(dir.path, SMALL);
    expect(again).toMatchObject({ end: 595, opened: { seq: 7 } });
    again.write(595, spool.subarray(595));
    expect(again.end).toBe(765);
  });

  test('close() may be called twice, write() not after it', () => {
    using dir = tempDir();
    const mirror = openMirror(dir.path);
    mirror.close();
    mirror.close();
    expect(() => mirror.write(0, Buffer.alloc(1))).toThrow('is closed');
  });

  test('names the folder that cannot be written', async () => {
    using dir = tempDir();
    const folder = join(dir.path, 'file', 'mirror');
    appendFileSync(join(dir.path, 'file'), '');
    expect(() => openMirror(folder)).toThrow(`Cannot open the log in "${folder}"`);

    const gone = openMirror(join(dir.path, 'gone'));
    mkdirSync(join(dir.path, 'gone', '0'.repeat(16)));
    const write = () => gone.write(0, encodeSpool(outputs(1, 5)));
    expect(write).toThrow(expect.objectContaining({ code: 'mirror/write' }));
    expect(write).toThrow(expect.objectContaining({ code: 'mirror/write' }));
    await expect(gone.sync()).rejects.toThrow('Cannot write the log');
  });

  test('says which log cannot be read, and reads it when it can be again', async () => {
    using dir = tempDir();
    const path = join(dir.path, 'mirror');
    using mirror = openMirror(path);
    mirror.write(0, encodeSpool(outputs(3, 5)));
    renameSync(path, `${path}.away`);
    writeFileSync(path, 'no folder');
    const read = async () => {
      let count = 0;
      for await (const _record of mirror.read({ offset: 0, seq: 0 })) count += 1;
      return count;
    };
    await expect(read()).rejects.toMatchObject({ code: 'mirror/read', message: expect.stringContaining(`"${path}"`) });
    rmSync(path);
    renameSync(`${path}.away`, path);
    expect(await read()).toBe(3);
  });

  test('keeps its files private', () => {
    using dir = tempDir();
    using mirror = openMirror(join(dir.path, 'logs', 'job'));
    mirror.write(0, encodeSpool(outputs(1, 5)));
    expect(statSync(join(dir.path, 'logs', 'job')).mode & 0o777).toBe(0o700);
    expect(statSync(join(dir.path, 'logs', 'job', '0'.repeat(16))).mode & 0o777).toBe(0o600);
    expect(existsSync(join(dir.path, 'logs', 'job', '0'.repeat(16)))).toBe(true);
  });
});

/** The files that a server would have: names and bytes. */
function serverFiles(records: readonly Buffer[], segmentBytes: number): Record<string, string> {
  const files: Record<string, string> = {};
  let [start, offset] = [0, 0];
  for (const record of records) {
    if (offset - start + record.length > segmentBytes) start = offset;
    const name = start.toString(16).padStart(16, '0');
    files[name] = (files[name] ?? '') + hex(record);
    offset += record.length;
  }
  return files;
}

function filesOf(dir: string): Record<string, string> {
  return Object.fromEntries(readdirSync(dir).map((name) => [name, hex(readFileSync(join(dir, name)))]));
}

/** Writes the first `length` bytes of the spool into its files. */
function writeFiles(dir: string, spool: Buffer, files: Record<string, string>, length: number): void {
  for (const [name, content] of Object.entries(files)) {
    const start = Number.parseInt(name, 16);
    const end = Math.min(length, start + content.length / 2);
    if (start < end) writeFileSync(join(dir, name), spool.subarray(start, end));
  }
}

function concatenated(dir: string): Buffer {
  return Buffer.concat(
    readdirSync(dir)
      .sort()
      .map((name) => readFileSync(join(dir, name))),
  );
}

function bytesIn(dir: string): number {
  return concatenated(dir).length;
}

function hex(bytes: Buffer | undefined): string {
  return bytes?.toString('hex') ?? '';
}
