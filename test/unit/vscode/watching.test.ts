import { expect, test } from 'vitest';
import type { Cronium } from '../../../src/app/cronium.ts';
import { Emitter } from '../../../src/base/emitter.ts';
import { Watching } from '../../../src/vscode/watching.ts';

function setUp() {
  const opened = new Emitter<void>();
  const state = { isWanted: false, watches: 0, begun: 0 };
  const cronium = {
    watch: () => {
      state.watches += 1;
      state.begun += 1;
      const end = (): void => {
        state.watches -= 1;
      };
      return { [Symbol.dispose]: end };
    },
  } as unknown as Cronium;
  const engine: { opened: Cronium | undefined; onDidOpen(listener: () => void): Disposable } = {
    opened: undefined,
    onDidOpen: (listener) => opened.on(listener),
  };
  const watching = new Watching(engine, () => state.isWanted);
  const open = (): void => {
    engine.opened = cronium;
    opened.emit();
  };
  return { watching, state, open };
}

test('Watching looks only while it is wanted, once', () => {
  const { watching, state, open } = setUp();
  open();
  expect(state.watches).toBe(0);
  state.isWanted = true;
  watching.update();
  watching.update();
  expect([state.watches, state.begun]).toEqual([1, 1]);
  state.isWanted = false;
  watching.update();
  expect(state.watches).toBe(0);
});

test('Watching begins when the engine is opened, and opens none', () => {
  const { watching, state, open } = setUp();
  state.isWanted = true;
  watching.update();
  expect(state.watches).toBe(0);
  open();
  expect(state.watches).toBe(1);
  watching[Symbol.dispose]();
  expect(state.watches).toBe(0);
});
