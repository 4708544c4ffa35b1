import { expect, test } from 'vitest';
import { describeItems } from '../../../../../src/vscode/commands/servers/inventory-text.ts';

test('describeItems() counts and weighs each kind', () => {
  const item = (kind: 'runner' | 'payload' | 'job' | 'other', bytes: number) => ({
    kind,
    name: 'x',
    bytes,
    isInUse: false,
  });
  expect(
    describeItems([item('job', 1024), item('runner', 2048), item('payload', 1), item('job', 1024), item('other', 0)]),
  ).toBe('1 runner (2 KiB), 1 payload (1 byte), 2 jobs with their logs (2 KiB), 1 other file (0 bytes)');
  expect(describeItems([])).toBe('');
});
