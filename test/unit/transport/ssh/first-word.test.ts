import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { holdFirstWord } from '../../../../src/transport/ssh/first-word.ts';

/** Two ends of a connection; what `near` has heard. */
async function pair(turn: () => Promise<void>): Promise<{ near: Socket; far: Socket; heard: string[] } & Disposable> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const near = connect(typeof address === 'object' && address ? address.port : 0, '127.0.0.1');
  const [far] = (await once(server, 'connection')) as [Socket];
  server.close();
  const heard: string[] = [];
  near.on('data', (chunk) => heard.push(String(chunk)));
  near.on('end', () => heard.push('(end)'));
  holdFirstWord(near, turn);
  const dispose = (): void => {
    near.destroy();
    far.destroy();
  };
  return { near, far, heard, [Symbol.dispose]: dispose };
}

test('the first word and all behind it wait for their turn, and come whole and in order', async () => {
  const turn = Promise.withResolvers<void>();
  let asked = 0;
  using ends = await pair(() => {
    asked += 1;
    return turn.promise;
  });
  ends.far.write('one ');
  await expect.poll(() => asked).toBe(1);
  ends.far.end('two ');
  await once(ends.far, 'finish');
  expect([ends.heard, ends.near.isPaused()]).toEqual([[], true]);
  turn.resolve();
  await once(ends.near, 'end');
  expect([ends.heard.join(''), asked]).toEqual(['one two (end)', 1]);
});

test('who says nothing takes no turn, and one that was given up wakes nobody', async () => {
  const turn = Promise.withResolvers<void>();
  let asked = 0;
  using ends = await pair(() => {
    asked += 1;
    return turn.promise;
  });
  ends.near.write('our own word');
  expect(String(await once(ends.far, 'data'))).toBe('our own word');
  expect(asked).toBe(0);
  ends.far.write('late');
  await expect.poll(() => asked).toBe(1);
  ends.near.destroy();
  turn.reject(new Error('given up'));
  await once(ends.near, 'close');
  expect(ends.heard).toEqual([]);
});
