import { expect, test } from 'vitest';
import { CroniumError, Stopped } from '../../../../../src/domain/errors.ts';
import type { Server } from '../../../../../src/domain/server.ts';
import { eachServer, throwFailures } from '../../../../../src/vscode/commands/servers/each-server.ts';

const servers: readonly Server[] = Array.from({ length: 20 }, (_, index) => {
  const name = `web${index}`;
  return { name, kind: 'ssh', address: name, tags: [] };
});
const { signal } = new AbortController();

test('eachServer() does a few at once and gives the results in the order of the servers', async () => {
  const gates = new Map(servers.map(({ name }) => [name, Promise.withResolvers<void>()]));
  let [now, most] = [0, 0];
  const results = eachServer(
    servers,
    async ({ name }) => {
      now += 1;
      most = Math.max(most, now);
      await gates.get(name)?.promise;
      now -= 1;
      return name;
    },
    { signal },
  );
  for (const { name } of servers.toReversed()) gates.get(name)?.resolve();
  expect((await results).done.map(({ value }) => value)).toEqual(servers.map(({ name }) => name));
  expect(most).toBe(8);
});

test('eachServer() goes on after one that fails', async () => {
  const results = await eachServer(
    servers.slice(0, 3),
    async ({ name }) => {
      const address = name === 'web0' ? 'web0' : '10.0.0.2';
      if (name !== 'web1') throw new CroniumError('connect/refused', `Cannot connect to "${address}": nobody listens`);
      return 1;
    },
    { signal },
  );
  expect([results.done.length, results.failed.length]).toEqual([1, 2]);
  expect(() => throwFailures(results, 'connect to')).toThrow(
    'Cannot connect to 2 of 3 servers\nCannot connect to "web0": nobody listens\nweb2: Cannot connect to "10.0.0.2": nobody listens',
  );
});

test('eachServer() begins with nobody any more when it is stopped', async () => {
  const stop = new AbortController();
  const asked: string[] = [];
  const results = eachServer(
    servers,
    async ({ name }) => {
      asked.push(name);
      stop.abort(new Stopped('user'));
      stop.signal.throwIfAborted();
    },
    { signal: stop.signal },
  );
  await expect(results).rejects.toBeInstanceOf(Stopped);
  expect(asked).toEqual(['web0']);
});

test('throwFailures() lets the only error through as it is, and a bug before all', () => {
  const [server] = servers as readonly [Server];
  const refused = new CroniumError('connect/refused', 'Cannot connect');
  expect(() => throwFailures({ done: [], failed: [{ server, error: refused }] }, 'connect to')).toThrow(refused);
  const bug = new TypeError('bug');
  const both = [refused, bug].map((error) => ({ server, error }));
  expect(() => throwFailures({ done: [], failed: both }, 'connect to')).toThrow(bug);
  expect(() => throwFailures({ done: [], failed: [] }, 'connect to')).not.toThrow();
});
