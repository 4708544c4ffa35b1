import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { expect, test } from 'vitest';
import { joinWrites } from '../../../../src/transport/ssh/join-writes.ts';

/** A socket that notes what the system would be called with. */
function recorder(): { readonly socket: Duplex; readonly calls: string[] } {
  const calls: string[] = [];
  const socket = new Duplex({
    read: () => {},
    write: (chunk, _encoding, done) => {
      calls.push(String(chunk));
      done();
    },
    writev: (chunks, done) => {
      calls.push(chunks.map(({ chunk }) => String(chunk)).join('+'));
      done();
    },
  });
  joinWrites(socket);
  return { socket, calls };
}

test('what is written in one turn leaves together, in order', async () => {
  const { socket, calls } = recorder();
  for (const piece of ['a', 'b', 'c']) socket.write(piece);
  expect(calls).toEqual([]);
  await new Promise(setImmediate);
  expect(calls).toEqual(['a+b+c']);
});

test('the next turn waits for nobody', async () => {
  const { socket, calls } = recorder();
  socket.write('a');
  await new Promise(setImmediate);
  socket.write('b');
  socket.write('c');
  await new Promise(setImmediate);
  expect(calls).toEqual(['a', 'b+c']);
});

test('who corks the socket, too, keeps it corked', async () => {
  const { socket, calls } = recorder();
  socket.cork();
  socket.write('a');
  await new Promise(setImmediate);
  expect(calls).toEqual([]);
  socket.uncork();
  expect(calls).toEqual(['a']);
});

test('an end takes along what was written just before', async () => {
  const server = createServer({ allowHalfOpen: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const socket = connect(typeof address === 'object' && address ? address.port : 0, '127.0.0.1');
  const [peer] = (await once(server, 'connection')) as [Socket];
  joinWrites(socket);
  socket.write('goodbye');
  socket.end();
  const pieces: Buffer[] = [];
  for await (const piece of peer) pieces.push(piece as Buffer);
  expect(Buffer.concat(pieces).toString()).toBe('goodbye');
  peer.destroy();
  server.close();
});
