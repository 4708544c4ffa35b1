import { expect, test } from 'vitest';
import type { Json } from '../../../../../src/domain/event.ts';
import {
  draftText,
  kindOf,
  nameProblem,
  parseValue,
  type ValueKind,
  valueProblem,
} from '../../../../../src/vscode/commands/variables/variable-draft.ts';

test.each<[Json, ValueKind, string]>([
  ['1.10', 'text', '1.10'],
  ['', 'text', ''],
  ['two\nlines', 'json', '"two\\nlines"'],
  [1, 'json', '1'],
  [null, 'json', 'null'],
  [{ a: [true] }, 'json', '{"a":[true]}'],
])('a value comes back as it was: %j', (value, kind, text) => {
  expect(kindOf({ type: 'plain', value })).toBe(kind);
  expect(draftText(value, kind)).toBe(text);
  expect(valueProblem(text, kind)).toBeUndefined();
  expect(parseValue(text, kind)).toEqual(value);
});

test('draftText() proposes a value as another kind than it was', () => {
  expect(draftText('1.10', 'json')).toBe('"1.10"');
  expect(draftText({ a: 1 }, 'text')).toBe('{"a":1}');
});

test('draftText() shows nothing of a secret', () => {
  expect(kindOf({ type: 'secret' })).toBe('secret');
  expect(draftText('sesame', 'secret')).toBe('');
});

test('valueProblem() refuses what is no value', () => {
  expect(valueProblem('', 'secret')).toContain('not empty');
  expect(valueProblem('1.2.3', 'json')).toContain('not JSON');
  expect(valueProblem('', 'json')).toContain('not JSON');
  expect(valueProblem('1.2.3', 'text')).toBeUndefined();
  expect(valueProblem('ä'.repeat(32_769), 'text')).toContain('64 KiB');
});

test('nameProblem() takes what scripts take', () => {
  expect(nameProblem(' deployed.version ', [])).toBeUndefined();
  expect(nameProblem('', [])).toContain('is needed');
  expect(nameProblem('1st', [])).toContain('begins with a letter');
  expect(nameProblem('a b', [])).toContain('begins with a letter');
  expect(nameProblem('count', ['count'])).toContain('edit it');
});
