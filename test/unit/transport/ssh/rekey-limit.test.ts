import { EventEmitter } from 'node:events';
import type { Duplex } from 'node:stream';
import { expect, test } from 'vitest';
import { RekeyLimit } from '../../../../src/transport/ssh/rekey-limit.ts';

function open(): { readonly limit: RekeyLimit; pass(ms: number): void; receive(bytes: number): void } {
  const socket = new EventEmitter();
  let now = 0;
  const limit = new RekeyLimit(socket as unknown as Duplex, () => now);
  return {
    limit,
    pass: (ms) => {
      now += ms;
    },
    receive: (bytes) => void socket.emit('data', Buffer.alloc(bytes)),
  };
}

function takes(limit: RekeyLimit): number {
  let count = 0;
  while (limit.take()) count += 1;
  return count;
}

test('RekeyLimit allows a few at once, and no more', () => {
  expect(takes(open().limit)).toBe(32);
});

test('RekeyLimit allows one a second, and one for each MiB that came, for ever', () => {
  const { limit, pass, receive } = open();
  for (let count = 0; count < 1_000; count++) {
    pass(1_000);
    expect(limit.take()).toBe(true);
  }
  for (let count = 0; count < 1_000; count++) {
    receive(1_048_576);
    expect(limit.take()).toBe(true);
  }
});

test('RekeyLimit does not save up', () => {
  const { limit, pass } = open();
  pass(3_600_000);
  expect(takes(limit)).toBe(32);
});
