import { tmpdir } from 'node:os';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { createTransports } from '../../../src/transport/pool.ts';
import { createLoginMemory } from '../../../src/transport/transport.ts';

const { signal } = new AbortController();
const LOCAL = { name: 'local', kind: 'local', address: 'local', tags: [] } as const;
const open = (command: string, ahead?: Uint8Array) =>
  createTransports({
    homeDir: tmpdir(),
    env: { PATH: process.env.PATH, GREETING: 'hi' },
    prompts: {},
    logins: createLoginMemory(),
    log: () => {},
  })
    .get(LOCAL)
    .open(command, { signal, ...(ahead === undefined ? {} : { ahead }) });

test('open() of local runs a command at home with our variables and the bytes ahead', async () => {
  const remote = await open('pwd; echo $GREETING; cat; echo bad >&2; exit 3', Buffer.from('ahead '));
  remote.stdin.end('behind');
  const [stdout, stderr, exit] = await Promise.all([text(remote.stdout), text(remote.stderr), remote.exited]);
  expect({ stdout, stderr, exit }).toEqual({
    stdout: `${tmpdir()}\nhi\nahead behind`,
    stderr: 'bad\n',
    exit: { kind: 'exited', code: 3 },
  });
});

test('open() of local tells a signal', async () => {
  const remote = await open('kill -KILL $$');
  remote.stdout.resume();
  remote.stderr.resume();
  expect(await remote.exited).toEqual({ kind: 'signalled', signal: 'SIGKILL' });
});

test('close() of local ends the command and its children, twice', async () => {
  const remote = await open('sleep 60 & sleep 60');
  remote.close();
  remote.close();
  expect(await remote.exited).toEqual({ kind: 'signalled', signal: 'SIGTERM' });
});

test('open() of local names what is wrong', async () => {
  const transports = createTransports({
    homeDir: '/nonexistent',
    env: {},
    prompts: {},
    logins: createLoginMemory(),
    log: () => {},
  });
  await expect(transports.get(LOCAL).open('true', { signal })).rejects.toMatchObject({ code: 'connect/local' });
  await expect(transports.get(LOCAL).open('true', { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow(
    'enough',
  );
});
