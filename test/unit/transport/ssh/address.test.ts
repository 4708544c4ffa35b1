import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CroniumError } from '../../../../src/domain/errors.ts';
import { parseAddress } from '../../../../src/transport/ssh/address.ts';

test('parseAddress() takes aliases, user, port, brackets and URLs apart', () => {
  const check = (text: string, expected: unknown) => expect(parseAddress(text)).toEqual(expected);
  check('web-1', { host: 'web-1' });
  check('root@10.0.0.1', { host: '10.0.0.1', user: 'root' });
  check('ann@example.org@web:2200', { host: 'web', user: 'ann@example.org', port: 2200 });
  check('fe80::1%eth0', { host: 'fe80::1%eth0' });
  check('[::1]:22', { host: '::1', port: 22 });
  check('me@[::1]', { host: '::1', user: 'me' });
  check('ssh://me@web:2222/', { host: 'web', user: 'me', port: 2222 });
  check('größe.example', { host: 'größe.example' });
});

test('parseAddress() refuses what a program or a shell could take for something else', () => {
  const check = (text: string, found: string) =>
    expect(() => parseAddress(text)).toThrow(
      expect.objectContaining({ code: 'connect/config', message: expect.stringContaining(found) }),
    );
  check('-oProxyCommand=id', 'cannot begin with a dash');
  check('me@-x', 'cannot begin with a dash');
  check('ssh://-x', 'cannot begin with a dash');
  check('$(id)', 'is not a server name');
  check('a b', 'is not a server name');
  check('a\nb', 'is not a server name');
  check('', 'is not a server name');
  check('-l@web', 'cannot begin with a dash');
  check('a`id`@web', 'the user name holds a character');
  check('web:0', '"0" is not a port');
  check('web:65536', '"65536" is not a port');
  check('web:', '"" is not a port');
  check('x'.repeat(2000), 'longer than');
});

test('parseAddress() gives a safe address or a CroniumError, whatever it reads', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom(...'a-@:[]./%$;& \n0') })),
      (text) => {
        try {
          const { host, user = 'x' } = parseAddress(text);
          for (const part of [host, user]) expect(part).toMatch(/^[^-\s'"`$\\;&<>|(){}*?][^\s'"`$\\;&<>|(){}*?]*$/);
        } catch (error) {
          expect(error).toBeInstanceOf(CroniumError);
        }
      },
    ),
  );
});
