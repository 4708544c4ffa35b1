import { expect, test } from 'vitest';
import { describeElapsed, describeRow } from '../../../../src/vscode/views/moment.ts';

test('describeElapsed() counts in whole seconds', () => {
  expect([-5, 999, 1_000, 59_999, 60_000, 3_725_000].map(describeElapsed)).toEqual([
    '0 s',
    '0 s',
    '1 s',
    '59 s',
    '1 m 00 s',
    '1 h 02 m',
  ]);
});

test('describeRow() counts only what goes on', () => {
  expect([
    describeRow({ description: 'running', since: 1_000 }, 4_500),
    describeRow({ description: 'running', since: 1_000, afterCount: '14:03' }, 4_500),
    describeRow({ since: 1_000 }, 4_500),
    describeRow({ description: 'succeeded' }, 4_500),
  ]).toEqual(['running · 3 s', 'running · 3 s · 14:03', '3 s', 'succeeded']);
});
