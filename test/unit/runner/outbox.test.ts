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

/** Lets the stream's own callbacks happen. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('Outbox sends control messages first and lets the streams take turns', async () => {
  const pipe = slowPipe();
  const outbox = new Outbox(pipe.stdin);
  for (let frame = 0; frame < 50; frame++) void outbox.data(1, Buffer.alloc(1_000));
  for (let frame = 0; frame < 2; frame++) void outbox.data(3, Buffer.alloc(10));
  outbox.message({ type: 'cancel', job: 'j', install: 'i' });
  for (let step = 0; step < 6; step++) {
    pipe.step();
    await settle();
  }
  expect(pipe.frames().slice(0, 6)).toEqual(['1:1000', 'cancel', '1:1000', '3:10', '1:1000', '3:10']);
});

test('Outbox.messageSoon() goes along with the next message, by itself after a second, or when it is flushed', () => {
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
  soon();
  vi.advanceTimersByTime(1_000);
  soon();
  outbox.flush();
  vi.advanceTimersByTime(10_000);
  expect(writes).toEqual([['ack', 'ack', 'collect'], ['ack'], ['ack']]);
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
  void outbox.data(1, Buffer.alloc(10));
  const waiting = outbox.data(1, Buffer.alloc(10));
  outbox.fail(new Error('over'));
  await expect(waiting).rejects.toThrow('over');
  await expect(outbox.data(1, Buffer.alloc(1))).rejects.toThrow('over');
});
