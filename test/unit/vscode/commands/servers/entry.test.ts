import { expect, test } from 'vitest';
import {
  addressProblem,
  nameProblem,
  parseTags,
  readDraft,
  suggestName,
  tagsProblem,
  withoutServers,
  withServer,
} from '../../../../../src/vscode/commands/servers/entry.ts';

const taken = { settings: ['web1'], aliases: ['db', 'gate'] };
const draft = { name: 'web2', address: 'deploy@web2.example.com', tags: [], isProtected: false };

test('addressProblem() takes what the transport takes, and says what is wrong', () => {
  const check = (text: string, expected: string | undefined) =>
    expect([text, addressProblem(text)]).toEqual([text, expected]);
  for (const text of ['web1', 'deploy@web1.example.com:22', '10.0.0.1', '[::1]:2222', 'ssh://me@host:22', ' web1 ']) {
    check(text, undefined);
  }
  check('', 'An address such as deploy@web1.example.com:22 is needed');
  check('-oProxyCommand=x', 'A server name cannot begin with a dash');
  check('a b', 'It is not a server name');
  check('web1:port', '"port" is not a port');
  check('$(x)@web1', 'The user name holds a character that is not allowed');
});

test('nameProblem() keeps names apart', () => {
  const check = (text: string, expected: RegExp | undefined, address = 'elsewhere') => {
    const problem = nameProblem(text, { taken, address });
    if (expected) expect(problem).toMatch(expected);
    else expect([text, problem]).toEqual([text, undefined]);
  };
  check('web2', undefined);
  check('', /^A name is needed$/);
  check('local', /is this machine/);
  check('a b', /has no blanks/);
  check('web*', /has no blanks/);
  check('@web', /does not begin with/);
  check('web1', /is in your settings already/);
  check('db', /is a host of your SSH configuration already/);
  check('db', undefined, 'db');
});

test('suggestName() is short and free', () => {
  const check = (address: string, expected: string) => expect(suggestName(address, taken)).toBe(expected);
  check('deploy@web2.example.com:22', 'web2');
  check('root@web1.example.com', 'web1-2');
  check('db.example.com', 'db-2');
  check('10.0.0.1', '10.0.0.1');
  check('[fe80::1]:22', 'fe80..1');
  check('localhost', 'localhost');
  check('local', 'local-2');
});

test('parseTags() reads words, however they are separated', () => {
  expect(parseTags(' web, @staging\teu,web ')).toEqual(['web', 'staging', 'eu']);
  expect([tagsProblem('web eu'), tagsProblem('')]).toEqual([undefined, undefined]);
  expect(tagsProblem('web e*')).toMatch(/^"e\*" is no tag/);
});

test('withServer() adds at the end, as short as it can be said, and leaves all else as it is', () => {
  const before = { web1: { host: 'one', tags: ['a'] }, odd: 7 };
  expect(withServer(before, draft)).toEqual({ ...before, web2: 'deploy@web2.example.com' });
  expect(withServer(undefined, { ...draft, name: 'db', address: 'db' })).toEqual({ db: null });
  expect(withServer(null, { ...draft, name: 'db', address: 'db', tags: ['eu'] })).toEqual({ db: { tags: ['eu'] } });
  expect(withServer({}, { ...draft, isProtected: true })).toEqual({
    web2: { host: 'deploy@web2.example.com', protected: true },
  });
  expect(() => withServer(['web1'], draft)).toThrow(/^Cannot change the setting "cronium.servers": a map of names/);
});

test('withServer() changes and renames in place', () => {
  const before = { a: 'one', b: 'two', c: 'three' };
  expect(Object.entries(withServer(before, { ...draft, name: 'z', address: 'new' }, 'b'))).toEqual([
    ['a', 'one'],
    ['z', 'new'],
    ['c', 'three'],
  ]);
  expect(withServer(before, { ...draft, name: 'b', address: 'new' }, 'b')).toEqual({ a: 'one', b: 'new', c: 'three' });
});

test('readDraft() reads every form of an entry, and what withServer() wrote', () => {
  const check = (entry: unknown, expected: object) =>
    expect(readDraft('web', entry)).toEqual({ name: 'web', address: 'web', tags: [], isProtected: false, ...expected });
  check(null, {});
  check('host', { address: 'host' });
  check({ host: 'h', tags: ['a', 7], protected: true }, { address: 'h', tags: ['a'], isProtected: true });
  check({ tags: 'a, b' }, { tags: ['a', 'b'] });
  check(7, {});
  const written = { ...draft, tags: ['a'], isProtected: true };
  expect(readDraft('web2', withServer({}, written).web2)).toEqual(written);
});

test('withoutServers() removes just these', () => {
  expect(withoutServers({ a: null, b: null, c: null }, ['a', 'c', 'other'])).toEqual({ b: null });
});
