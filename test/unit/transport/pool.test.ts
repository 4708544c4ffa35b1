import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { createTransports } from '../../../src/transport/pool.ts';
import { createLoginMemory } from '../../../src/transport/transport.ts';

test('open() of ssh makes no connection when the transports were closed while it asked where the server is', async () => {
  const transports = createTransports({
    homeDir: tmpdir(),
    env: { PATH: process.env.PATH },
    sshConfigFile: '/dev/null',
    prompts: {},
    logins: createLoginMemory(),
    log: () => {},
  });
  const { signal } = new AbortController();
  const address = '127.0.0.1:9';
  const opening = transports.get({ name: 'web', kind: 'ssh', address, tags: [] }).open('true', { signal });
  await Promise.all([
    expect(opening).rejects.toMatchObject({ name: 'Stopped', by: 'shutdown' }),
    transports[Symbol.asyncDispose](),
  ]);
});
