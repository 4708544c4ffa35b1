import { once } from 'node:events';
import { expect, test } from 'vitest';
import { holdFirstWord } from '../../../../src/transport/ssh/first-word.ts';
import { type SocketPair, socketPair } from '../../../fixtures/socket-pair.ts';

interface HeldPair extends SocketPair {
  /** What `near` has heard. */
  readonly heard: readonly string[];
  /** How often its turn was asked for. */
  asked(): number;
}

/** A connection whose first word waits for a turn. */
async function heldPair(turn: Promise<void>): Promise<HeldPair> {
  const ends = await socketPair();
  const { near } = ends;
  const heard: string[] = [];
  let asked = 0;
  near.on('data', (chunk) => heard.push(String(chunk)));
  near.on('end', () => heard.push('(end)'));
  holdFirstWord(near, () => {
    asked += 1;
    return turn;
  });
  return { ...ends, heard, asked: () => asked };
}

test('the first word and all behind it wait for their turn, and come whole and in order', async () => {
  const turn = Promise.withResolvers<void>();
  using ends = await heldPair(turn.promise);
  ends.far.write('one ');
  await expect.poll(ends.asked).toBe(1);
  ends.far.end('two ');
  await once(ends.far, 'finish');
  expect([ends.heard, ends.near.isPaused()]).toEqual([[], true]);
  turn.resolve();
  await once(ends.near, 'end');
  expect([ends.heard.join(''), ends.asked()]).toEqual(['one two (end)', 1]);
});

test('who says nothing takes no turn, and one that was given up wakes nobody', async () => {
  const turn = Promise.withResolvers<void>();
  using ends = await heldPair(turn.promise);
  ends.near.write('our own word');
  expect(String(await once(ends.far, 'data'))).toBe('our own word');
  expect(ends.asked()).toBe(0);
  ends.far.write('late');
  await expect.poll(ends.asked).toBe(1);
  ends.near.destroy();
  turn.reject(new Error('given up'));
  await once(ends.near, 'close');
  expect(ends.heard).toEqual([]);
});
