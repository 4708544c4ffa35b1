import { expect, test } from 'vitest';
import { createWarmConnections } from '../../../../../src/vscode/commands/run/warm-connections.ts';
import { serverOf } from '../../run.ts';

function setUp() {
  const begun: string[] = [];
  const signals = new Map<string, AbortSignal>();
  const warm = createWarmConnections(({ name }, { signal }) => {
    begun.push(name);
    signals.set(name, signal);
    return Promise.reject(new Error('nobody has to hear of it'));
  });
  const givenUp = () => [...signals].filter(([, { aborted }]) => aborted).map(([name]) => name);
  return { warm, begun, givenUp };
}

test('createWarmConnections() begins each connection once', () => {
  const { warm, begun } = setUp();
  warm.open([serverOf('web1'), serverOf('web2')]);
  warm.open([serverOf('web2'), serverOf('db1')]);
  expect(begun).toEqual(['web1', 'web2', 'db1']);
});

test('createWarmConnections() gives up what is not chosen, and keeps what is', () => {
  const { warm, givenUp } = setUp();
  warm.open([serverOf('web1'), serverOf('web2'), serverOf('db1')]);
  warm.keep(['web2', 'other']);
  expect(givenUp()).toEqual(['web1', 'db1']);
  warm[Symbol.dispose]();
  expect(givenUp()).toEqual(['web1', 'db1']);
});

test('createWarmConnections() gives up all when nobody chooses', () => {
  const { warm, givenUp } = setUp();
  warm.open([serverOf('web1'), serverOf('web2')]);
  warm[Symbol.dispose]();
  expect(givenUp()).toEqual(['web1', 'web2']);
});
