import { expect, test } from 'vitest';
import { addressItems, chosenAddress } from '../../../../../src/vscode/commands/servers/address-items.ts';

const taken = { settings: ['web1'], aliases: ['db', 'gate'] };
const lines = (typed: string) => addressItems(typed, taken).map(({ label, alias }) => [label, alias]);
const aliases = [
  ['db', 'db'],
  ['gate', 'gate'],
];

test('addressItems() offers what is typed beside the aliases', () => {
  expect(lines('')).toEqual(aliases);
  expect(lines('me@web9:22')).toEqual([['$(add) me@web9:22', undefined], ...aliases]);
});

test('addressItems() does not offer an alias twice', () => {
  expect(lines(' db ')).toEqual(aliases);
});

test('addressItems() says while it is typed why something is no address, and does not take it', () => {
  expect(lines('a b')).toEqual([['$(error) It is not a server name', undefined], ...aliases]);
});

test('chosenAddress() takes the alias that is chosen, else what stands in the box now', () => {
  const [typed, alias] = addressItems('web', taken);
  expect(chosenAddress('web', typed)).toBe('web');
  expect(chosenAddress('web', alias)).toBe('db');
  // The list has not followed yet.
  expect(chosenAddress('root@web9:22', typed)).toBe('root@web9:22');
  expect(chosenAddress(' root@web9 ', undefined)).toBe('root@web9');
  expect([chosenAddress('a b', typed), chosenAddress('', undefined)]).toEqual([undefined, undefined]);
});
