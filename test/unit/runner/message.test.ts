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
  'window',
  'pong',
  'bye',
  'new',
];

test('no body makes parseMessage() do anything but return or throw a CroniumError', () => {
  const fields = fc.dictionary(
    fc.constantFrom('job', 'state', 'payload', 'stream', 'offset', 'end', 'jobs', 'code', 'message', '__proto__'),
    fc.oneof(fc.jsonValue(), fc.constant({ job: 'x', phase: 'running', end: 1 })),
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
