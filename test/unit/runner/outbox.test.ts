import { Writable } from 'node:stream';
import { expect, onTestFinished, test, vi } from 'vitest';
import { FrameDecoder, FrameKind } from '../../../src/runner/frame.ts';
import { INITIAL_CREDIT_BYTES, Outbox } from '../../../src/runner/outbox.ts';

/** A pipe that takes one write at a time and tells what came through. */
function slowPipe(): { stdin: Writable; step(): void; frames(): string[] } {
  const pending: (() => void)[] = [];
  const chunks: Buffer[] = [];
  const stdin = new Writable({
    highWaterMark: 1,
    write: (chunk: Buffer, _encoding, done) => {
      chunks.push(chunk);
      pending.push(done);
    },
  });
  return {
    stdin,
    step: () => pending.shift()?.(),
    frames: () =>
      new FrameDecoder()
        .push(Buffer.concat(chunks))
        .map(({ kind, stream, body }) =>
          kind === FrameKind.message
            ? (JSON.parse(Buffer.from(body).toString()) as { type: string }).type
            : `${stream}:${body.length}`,
        ),
  };
}

/** A frame that leaves by itself. */
const LARGE = 9_000;

/** Lets the stream's own callbacks happen. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('Outbox sends control messages first and lets the streams take turns', async () => {
  const pipe = slowPipe();
  const outbox = new Outbox(pipe.stdin);
  for (let frame = 0; frame < 50; frame++) void outbox.data(1, Buffer.alloc(LARGE));
  for (let frame = 0; frame < 2; frame++) void outbox.data(3, Buffer.alloc(LARGE + 1));
  outbox.message({ type: 'cancel', job: 'j', install: 'i' });
  for (let step = 0; step < 6; step++) {
    pipe.step();
    await settle();
  }
  expect(pipe.frames().slice(0, 6)).toEqual(['1:9000', 'cancel', '1:9000', '3:9001', '1:9000', '3:9001']);
});

test('Outbox.messageSoon() goes along with the next message, by itself after a second, or when it is flushed', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const writes: string[][] = [];
  const stdin = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      const bodies = new FrameDecoder().push(chunk).map(({ body }) => Buffer.from(body).toString());
      writes.push(bodies.map((body) => (JSON.parse(body) as { type: string }).type));
      done();
    },
  });
  const outbox = new Outbox(stdin);
  const soon = (): void => outbox.messageSoon({ type: 'ack', job: 'j', offset: 1 });
  soon();
  soon();
  expect(writes).toEqual([]);
  outbox.message({ type: 'collect' });
  await new Promise(process.nextTick);
  soon();
  vi.advanceTimersByTime(1_000);
  soon();
  outbox.flush();
  vi.advanceTimersByTime(10_000);
  expect(writes).toEqual([['ack', 'ack', 'collect'], ['ack'], ['ack']]);
});

test('Outbox sends what is said in one turn together, up to a size', async () => {
  const writes: number[] = [];
  const stdin = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      writes.push(new FrameDecoder().push(chunk).length);
      done();
    },
  });
  const outbox = new Outbox(stdin);
  outbox.message({ type: 'collect' });
  // As an upload does it.
  await outbox.data(1, Buffer.alloc(1_000));
  await outbox.end(1);
  expect(writes).toEqual([]);
  await settle();
  expect(writes).toEqual([3]);
  for (let frame = 0; frame < 20; frame++) void outbox.data(3, Buffer.alloc(1_000));
  outbox.flush();
  expect(writes).toEqual([3, 9, 9, 2]);
});

test('Outbox never sends more than the credit, and goes on when there is more', async () => {
  const pipe = slowPipe();
  const outbox = new Outbox(pipe.stdin);
  const piece = Buffer.alloc(65_536);
  const sent: number[] = [];
  for (let frame = 0; frame < 20; frame++) void outbox.data(1, piece).then(() => sent.push(frame));
  const drain = async (): Promise<void> => {
    for (let step = 0; step < 30; step++) {
      pipe.step();
      await settle();
    }
  };
  await drain();
  expect(sent.length * piece.length).toBe(INITIAL_CREDIT_BYTES);
  outbox.credit(1, 2 * piece.length);
  await drain();
  expect(sent.length).toBe(18);
});

test('Outbox tells everyone who waits when the session is over', async () => {
  const pipe = slowPipe();
  const outbox = new Outbox(pipe.stdin);
  void outbox.data(1, Buffer.alloc(LARGE));
  const waiting = outbox.data(1, Buffer.alloc(LARGE));
  outbox.fail(new Error('over'));
  await expect(waiting).rejects.toThrow('over');
  await expect(outbox.data(1, Buffer.alloc(1))).rejects.toThrow('over');
});
