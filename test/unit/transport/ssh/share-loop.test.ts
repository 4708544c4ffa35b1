import { once } from 'node:events';
import { expect, test } from 'vitest';
import { LoopShare } from '../../../../src/base/loop-share.ts';
import { shareLoop } from '../../../../src/transport/ssh/share-loop.ts';
import { type SocketPair, socketPair } from '../../../fixtures/socket-pair.ts';

/** A connection; `near` shares the loop. */
async function sharedPair(loop: LoopShare): Promise<SocketPair> {
  const ends = await socketPair();
  shareLoop(ends.near, loop);
  return ends;
}

/** Takes the share of every turn until it is released. */
function occupy(loop: LoopShare): () => void {
  let isOver = false;
  const stay = (): void => {
    if (!isOver) loop.later(stay);
  };
  loop.later(stay);
  return () => {
    isOver = true;
  };
}

test('what comes while others wait is held, in order, and nothing more is read', async () => {
  const loop = new LoopShare();
  using ends = await sharedPair(loop);
  const seen: string[] = [];
  ends.near.on('data', (chunk) => seen.push(String(chunk)));
  // One that waits for ever stands in front: nobody has a turn.
  const blocked: (() => void)[] = [];
  const later = loop.later.bind(loop);
  loop.later = (work) => void blocked.push(work);
  loop.isTaken = () => true;
  ends.far.write('one ');
  await expect.poll(() => blocked.length).toBe(1);
  expect(ends.near.isPaused()).toBe(true);
  ends.far.write('two ');
  expect(seen).toEqual([]);
  loop.isTaken = () => false;
  loop.later = later;
  blocked[0]?.();
  await expect.poll(() => seen.join('')).toBe('one two ');
});

test('a long stream arrives whole while the loop is shared with others', async () => {
  const loop = new LoopShare();
  using ends = await sharedPair(loop);
  const release = occupy(loop);
  const sent = Buffer.from(Array.from({ length: 500_000 }, (_, index) => index % 251));
  const pieces: Buffer[] = [];
  ends.near.on('data', (chunk: Buffer) => pieces.push(chunk));
  ends.far.end(sent);
  await once(ends.near, 'end');
  release();
  expect(Buffer.concat(pieces).equals(sent)).toBe(true);
});

test('what was held is told before the connection is said to be gone, and that waits for its turn, too', async () => {
  const loop = new LoopShare();
  using ends = await sharedPair(loop);
  const seen: string[] = [];
  ends.near.on('data', (chunk) => seen.push(String(chunk)));
  ends.near.on('error', ({ message }) => seen.push(message));
  ends.near.on('close', () => seen.push('closed'));
  const waiting: (() => void)[] = [];
  loop.later = (work) => void waiting.push(work);
  loop.isTaken = () => true;
  ends.far.write('last words');
  await expect.poll(() => waiting.length).toBe(1);
  ends.near.destroy(new Error('broken'));
  for (const said of ['last words', 'broken', 'closed']) {
    // One in a turn.
    await expect.poll(() => waiting.length).toBe(1);
    expect(seen).not.toContain(said);
    waiting.shift()?.();
  }
  expect([seen, waiting]).toEqual([['last words', 'broken', 'closed'], []]);
});
