import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CroniumError } from '../../../src/domain/errors.ts';
import { Attachment } from '../../../src/runner/attachment.ts';
import { parseExit, parseMessage, parseNote } from '../../../src/runner/message.ts';

const TYPES = [
  'hello',
  'need',
  'stored',
  'started',
  'attached',
  'state',
  'jobs',
  'refused',
  'health',
  'inventory',
  'cleaned',
  'removed',
  'window',
  'pong',
  'bye',
  'new',
];

const NAMES = [
  ...['job', 'state', 'payload', 'stream', 'offset', 'end', 'jobs', 'code', 'message', '__proto__'],
  ...['id', 'cores', 'load1', 'memory', 'disk', 'items', 'removed', 'kept', 'more'],
];

test('no body makes parseMessage() do anything but return or throw a CroniumError', () => {
  const fields = fc.dictionary(
    fc.constantFrom(...NAMES),
    fc.oneof(
      fc.jsonValue(),
      fc.constant({ job: 'x', phase: 'running', end: 1 }),
      fc.constant({ total: 1, free: 1, available: 1 }),
    ),
  );
  const body = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.tuple(fc.constantFrom(...TYPES), fields).map(([type, rest]) => Buffer.from(JSON.stringify({ ...rest, type }))),
  );
  fc.assert(
    fc.property(body, (bytes) => {
      for (const parse of [parseMessage, parseExit, parseNote]) {
        try {
          parse(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(CroniumError);
        }
      }
    }),
  );
});

const parse = (message: object): unknown => parseMessage(Buffer.from(JSON.stringify(message)));

test('parseMessage() reads a health report with and without what a system may not tell', () => {
  const little = { type: 'health', id: 1, cores: 2, disk: { total: 10, free: 4 }, jobs: 0 };
  expect(parse(little)).toEqual({ type: 'health', id: 1, health: { cores: 2, disk: { total: 10, free: 4 }, jobs: 0 } });
  const more = { load1: 142, memory: { total: 8, available: 5 }, uptimeSeconds: 9 };
  expect(parse({ ...little, ...more })).toMatchObject({ health: { ...more, load1: 1.42 } });
  for (const wrong of [
    { cores: -1 },
    { load1: 1.5 },
    { memory: { total: 8 } },
    { disk: 1 },
    { jobs: null },
    { id: '1' },
  ]) {
    expect(() => parse({ ...little, ...wrong })).toThrow("Cannot read the runner's answer");
  }
});

test('parseMessage() reads what is on a server', () => {
  const item = { kind: 'runner', name: 'a', bytes: 3 };
  expect(parse({ type: 'inventory', id: 1, items: [item, { ...item, kind: 'job', isInUse: true }] })).toEqual({
    type: 'inventory',
    id: 1,
    items: [
      { ...item, isInUse: false },
      { ...item, kind: 'job', isInUse: true },
    ],
    more: false,
  });
  expect(parse({ type: 'cleaned', id: 2, removed: [], kept: [item], more: true })).toMatchObject({
    kept: [item],
    more: true,
  });
  for (const wrong of [{ ...item, kind: 'file' }, { ...item, bytes: -1 }, { kind: 'job' }, 'job', null]) {
    expect(() => parse({ type: 'inventory', id: 1, items: [wrong] })).toThrow("Cannot read the runner's answer");
  }
});

test('an attachment accepts offsets that go on or leave a hole, never one that goes back', () => {
  const attachment = new Attachment(1, 'j');
  attachment.begin({ offset: 10, end: 100, state: { job: 'j', phase: 'running', end: 100 } });
  attachment.receive(piece(10, 'abc'));
  attachment.receive(piece(50, 'd'));
  expect(() => attachment.receive(piece(50, 'e'))).toThrow('goes back');
  expect(() => attachment.receive(Buffer.alloc(3))).toThrow('no offset');
});

function piece(offset: number, text: string): Buffer {
  const body = Buffer.alloc(8 + text.length);
  body.writeBigUInt64BE(BigInt(offset));
  body.write(text, 8);
  return body;
}
