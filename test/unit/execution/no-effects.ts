import type { Effects } from '../../../src/execution/effects.ts';

/** Applies nothing and keeps nothing. */
export const noEffects: Effects = {
  placeOf: () => ({ offset: 0, seq: 0 }),
  apply: () => [],
  pass: () => {},
};
