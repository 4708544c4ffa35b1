import { type Duplex, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { FrameDecoder, FrameKind } from '../../../src/runner/frame.ts';
import { INITIAL_CREDIT_BYTES, Outbox } from '../../../src/runner/outbox.ts';
import type { Tunnel } from '../../../src/runner/tunnel.ts';
import { MAX_TUNNELS, Tunnels } from '../../../src/runner/tunnels.ts';

const FIRST = 2 ** 31;
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const closing = (socket: Duplex): Promise<void> => new Promise((resolve) => socket.once('close', resolve));

function lab(options: { readonly isServed?: false } = {}) {
  const chunks: Buffer[] = [];
  const outbox = new Outbox(
    new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        chunks.push(chunk);
        done();
      },
    }),
  );
  const opened: Tunnel[] = [];
  const tunnels = new Tunnels(outbox, options.isServed === false ? undefined : (tunnel) => void opened.push(tunnel));
  const open = (stream: number): Tunnel | undefined => {
    const before = opened.length;
    tunnels.open({ type: 'tunnel', job: 'j', door: 'http', after: 3, stream });
    return opened[before];
  };
  /** What was sent, as `stream:kind:bytes` and messages. */
  const sent = (): string[] => {
    outbox.flush();
    return new FrameDecoder()
      .push(Buffer.concat(chunks))
      .map(({ kind, stream, body }) =>
        kind === FrameKind.message ? Buffer.from(body).toString() : `${stream - FIRST}:${kind}:${body.length}`,
      );
  };
  const data = (stream: number, body: Uint8Array): boolean => tunnels.receive({ kind: FrameKind.data, stream, body });
  const end = (stream: number): boolean => tunnels.receive({ kind: FrameKind.end, stream, body: Buffer.alloc(0) });
  return { tunnels, outbox, open, sent, data, end };
}

test('Tunnels pass a question and its answer, and forget a stream that both sides have ended', async () => {
  const { open, sent, data, end } = lab();
  const { socket } = open(FIRST) ?? expect.unreachable();
  data(FIRST, Buffer.from('ask'));
  end(FIRST);
  expect(await text(socket)).toBe('ask');
  socket.end('answer');
  await closing(socket);
  expect(sent()).toEqual(['0:2:6', '0:3:0']);
});

test('Tunnels give credit back only for what was read, so that memory is bounded', async () => {
  const { open, sent, data } = lab();
  const { socket } = open(FIRST) ?? expect.unreachable();
  const piece = Buffer.alloc(65_536);
  for (let at = 0; at < INITIAL_CREDIT_BYTES; at += piece.length) data(FIRST, piece);
  await settle();
  expect(sent()).toEqual([]);
  expect(() => data(FIRST, Buffer.alloc(65_536))).toThrow('more was sent');
  socket.resume();
  await expect.poll(() => sent().length).toBeGreaterThan(4);
});

test('Tunnels do not write more than the other side gives credit for, and go on when there is more', async () => {
  const { open, sent, outbox } = lab();
  const { socket } = open(FIRST) ?? expect.unreachable();
  const sentBytes = (): number => sent().reduce((sum, line) => sum + Number(line.split(':')[2]), 0);
  socket.write(Buffer.alloc(2 * INITIAL_CREDIT_BYTES));
  await expect.poll(sentBytes).toBe(INITIAL_CREDIT_BYTES);
  await settle();
  expect(sentBytes()).toBe(INITIAL_CREDIT_BYTES);
  outbox.credit(FIRST, INITIAL_CREDIT_BYTES);
  await expect.poll(sentBytes).toBe(2 * INITIAL_CREDIT_BYTES);
});

test('Tunnels reset what is more than they hold at once, and take another one when one is over', async () => {
  const { open, sent } = lab();
  const first = open(FIRST);
  for (let index = 1; index < MAX_TUNNELS; index++) expect(open(FIRST + index)).toBeDefined();
  expect(open(FIRST + MAX_TUNNELS)).toBeUndefined();
  expect(sent()).toEqual([`${MAX_TUNNELS}:4:0`]);
  first?.socket.destroy();
  await settle();
  expect(sent()).toEqual([`${MAX_TUNNELS}:4:0`, '0:4:0']);
  expect(open(FIRST + MAX_TUNNELS + 1)).toBeDefined();
});

test('Tunnels are reset when nobody serves', () => {
  const { open, sent } = lab({ isServed: false });
  expect(open(FIRST)).toBeUndefined();
  expect(sent()).toEqual(['0:4:0']);
});

test('Tunnels end with a reason when the caller or the session goes away', async () => {
  const { tunnels, open, sent } = lab();
  const gone = open(FIRST) ?? expect.unreachable();
  const closed = closing(gone.socket);
  tunnels.receive({ kind: FrameKind.reset, stream: FIRST, body: Buffer.alloc(0) });
  await closed;
  expect(gone.socket.errored).toMatchObject({ code: 'tunnel/reset' });
  const left = open(FIRST + 1) ?? expect.unreachable();
  tunnels.fail(new Error('The session is over'));
  await settle();
  expect(left.socket.errored).toMatchObject({ message: 'The session is over' });
  expect(sent()).toEqual([]);
});

test('Tunnels drop late frames, and take neither a number twice nor one that nobody opened', () => {
  const { open, data } = lab();
  open(FIRST)?.socket.destroy();
  expect(data(FIRST, Buffer.from('late'))).toBe(true);
  expect(() => open(FIRST)).toThrow('again');
  expect(() => data(FIRST + 5, Buffer.from('never'))).toThrow('nobody opened');
  expect(data(7, Buffer.from('not ours'))).toBe(false);
});
