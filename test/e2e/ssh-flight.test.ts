import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Connection } from 'ssh2';
import { expect, test } from 'vitest';
import { fingerprint } from '../../src/transport/ssh/known-hosts.ts';
import { createLoginMemory, type LoginMemory } from '../../src/transport/transport.ts';
import { type LongWire, longWire } from '../bench/wire.ts';
import { startDropbear } from '../fixtures/dropbear.ts';
import { publicKey, type Sshd, sshConfig, startSshd } from '../fixtures/sshd.ts';
import { startAgent } from '../fixtures/sshd-agent.ts';
import { connectTo, read } from '../fixtures/sshd-client.ts';
import { type HostileOptions, type HostileServer, startHostileServer } from '../fixtures/sshd-hostile.ts';
import { testKey } from '../fixtures/sshd-keys.ts';

const CAT = 'cat; echo "$CRONIUM_TEST_WORD" >&2; exit 7';
const SPOKEN = { stdout: 'ahead and later', stderr: 'hello\n', exit: { kind: 'exited', code: 7 } };
const WORD = 'SetEnv CRONIUM_TEST_WORD=hello';

interface Given {
  readonly logins: LoginMemory;
  readonly env?: NodeJS.ProcessEnv;
}

/** Starts a command that reads what was sent ahead and what follows, and ends with 7. Says what was told meanwhile. */
async function speak(config: string, given: Given) {
  await using client = connectTo(config, given);
  const told: string[] = [];
  const process = await client.transports.get({ name: 'web', kind: 'ssh', address: 'web', tags: [] }).open(CAT, {
    ahead: Buffer.from('ahead'),
    onSent: () => told.push('sent'),
    onDiscarded: () => told.push('discarded'),
    signal: new AbortController().signal,
  });
  process.stdin.end(' and later');
  return { ...(await read(process)), told };
}

/** The round trips, TCP's own apart, from connecting to the command's first output, for a client that knows what `given` knows. */
async function roundTripsTo(server: Sshd, given: Given): Promise<number> {
  await using wire = await longWire({ to: server, oneWayMs: 100 });
  await using client = connectTo(configOver(wire, server), given);
  const process = await client.open('web', 'cat', { ahead: Buffer.from('ahead') });
  await new Promise((resolve) => process.stdout.once('data', resolve));
  return wire.roundTrips();
}

/** The configuration of a server that is reached over a wire. */
function configOver(wire: LongWire, server: Sshd): string {
  const name = `[${server.address}]:${server.port}`;
  const seen = { ...server, port: wire.port, knownHosts: server.knownHosts.replace(name, `[127.0.0.1]:${wire.port}`) };
  return sshConfig(server.folder, [{ alias: 'web', server: { ...seen, address: '127.0.0.1' } }]);
}

/** A memory in which this key is the one that was accepted last, everywhere. */
function knowing(keyFile: string): LoginMemory {
  const key = Buffer.from(publicKey(keyFile).split(' ')[1] ?? '', 'base64');
  return { ...createLoginMemory(), keyFor: () => fingerprint(key) };
}

const failures = (server: Sshd) => server.log().match(/^Failed publickey/gm)?.length ?? 0;
const publicOf = (key: string) => readFileSync(`${key}.pub`, 'utf8');

test('the second login to a server takes the command along, with variables and the bytes ahead', async () => {
  await using server = await startSshd();
  const config = sshConfig(server.folder, [{ alias: 'web', server, lines: [WORD] }]);
  const logins = createLoginMemory();
  for (let count = 0; count < 3; count += 1)
    expect(await speak(config, { logins })).toEqual({ ...SPOKEN, told: ['sent'] });
  expect(server.sessions()).toBe(3);
});

test('a known OpenSSH server takes four round trips with that of TCP to the first output, an unknown one seven', async () => {
  await using server = await startSshd();
  // One more, where the server takes longer to begin than the wire is long.
  expect([6, 7]).toContain(await roundTripsTo(server, { logins: createLoginMemory() }));
  expect([3, 4]).toContain(await roundTripsTo(server, { logins: knowing(server.identityFile) }));
});

test('much that is sent ahead arrives whole, and so does what follows before the server has given a window', async () => {
  await using server = await startSshd();
  const config = sshConfig(server.folder, [{ alias: 'web', server }]);
  const ahead = Buffer.alloc(1_500_000, 'a');
  const later = Buffer.alloc(3_000_000, 'b');
  const expected = createHash('sha256').update(ahead).update(later).digest('hex');
  for (const logins of [createLoginMemory(), knowing(server.identityFile)]) {
    await using client = connectTo(config, { logins });
    const process = await client.open('web', 'sha256sum', { ahead });
    process.stdin.end(later);
    expect((await read(process)).stdout).toBe(`${expected}  -\n`);
  }
});

test('every type of key flies, from a file and from the agent', async () => {
  const keys = (['ed25519', 'ecdsa', 'rsa'] as const).map((type) => testKey(`identity-${type}`, { type }));
  await using server = await startSshd({ authorizedKeys: keys.map(publicOf) });
  for (const key of keys) {
    await using agent = await startAgent(server.folder, [testKey('wrong-0'), testKey('wrong-1'), key]);
    const fromAgent = { identityFile: 'none', lines: [WORD, `IdentityAgent ${agent.socket}`] };
    for (const way of [{ identityFile: key, lines: [WORD] }, fromAgent]) {
      const config = sshConfig(server.folder, [{ alias: 'web', server, ...way }]);
      expect(await speak(config, { logins: knowing(key) })).toEqual({ ...SPOKEN, told: ['sent'] });
    }
  }
  // The agent's right key was its third.
  expect(failures(server)).toBe(0);
});

test('the memory says which key to offer, and another one is learned when that is refused', async () => {
  const [old, other] = [testKey('wrong-0'), testKey('identity')];
  await using server = await startSshd();
  const lines = [WORD, `IdentityFile ${old}`];
  const config = sshConfig(server.folder, [{ alias: 'web', server, lines, identityFile: other }]);
  const logins = createLoginMemory();
  const memory: LoginMemory = { ...logins, keyFor: (place) => logins.keyFor(place) ?? knowing(old).keyFor(place) };
  expect(await speak(config, { logins: memory })).toEqual({ ...SPOKEN, told: ['sent', 'discarded', 'sent'] });
  expect([failures(server), server.sessions(), server.connections()]).toEqual([1, 1, 1]);
  // From now on the right one comes first, though it stands second in the configuration.
  expect(await speak(config, { logins: memory })).toEqual({ ...SPOKEN, told: ['sent'] });
  expect([failures(server), server.sessions(), server.connections()]).toEqual([1, 2, 2]);
});

test('a refused key that is the last one is a refusal, and what flew with it did not happen', async () => {
  const key = testKey('wrong-0');
  await using server = await startSshd();
  const config = sshConfig(server.folder, [{ alias: 'web', server, identityFile: key }]);
  const told: string[] = [];
  await using client = connectTo(config, { logins: knowing(key) });
  const opening = client.transports.get({ name: 'web', kind: 'ssh', address: 'web', tags: [] }).open('true', {
    ahead: Buffer.from('ahead'),
    onSent: () => told.push('sent'),
    onDiscarded: () => told.push('discarded'),
    signal: new AbortController().signal,
  });
  await expect(opening).rejects.toMatchObject({
    code: 'connect/denied',
    message: `Cannot log in to "web" (127.0.0.1 port ${server.port}) as "root": no offered key was accepted ("${key}"), the server allows publickey`,
  });
  expect([told, server.sessions()]).toEqual([['sent', 'discarded'], 0]);
});

test('a server that bears one refusal only is asked anew in the order of the configuration', async () => {
  await using server = await startSshd({ config: ['MaxAuthTries 1'] });
  const old = testKey('wrong-0');
  const lines = [WORD, `IdentityFile ${server.identityFile}`];
  const config = sshConfig(server.folder, [{ alias: 'web', server, lines, identityFile: old }]);
  expect(await speak(config, { logins: knowing(old) })).toEqual({ ...SPOKEN, told: ['sent', 'discarded', 'sent'] });
  expect(server.connections()).toBe(2);
});

test('a known server that gives no session says so', async () => {
  await using server = await startSshd({ config: ['MaxSessions 0'] });
  const config = sshConfig(server.folder, [{ alias: 'web', server }]);
  await using client = connectTo(config, { logins: knowing(server.identityFile) });
  await expect(client.open('web', 'true')).rejects.toMatchObject({
    code: 'connect/channel',
    message: expect.stringMatching(/^Cannot start a command on "web" .*: the server refused \(/),
  });
});

test('dropbear is asked step by step, however well its key is known', async () => {
  await using server = await startDropbear();
  for (const logins of [createLoginMemory(), knowing(server.identityFile)]) {
    await using client = connectTo(server.configFile, { logins });
    const process = await client.open('web', 'cat', { ahead: Buffer.from('ahead') });
    process.stdin.end(' and later');
    expect(await read(process)).toEqual({ stdout: 'ahead and later', stderr: '', exit: { kind: 'exited', code: 0 } });
  }
});

/** A server that says it is OpenSSH and answers every command with "in". */
function startPretender(
  behave: (protocol: PretenderProtocol, connection: Connection) => void,
  { authenticate }: Pick<HostileOptions, 'authenticate'> = {},
) {
  return startHostileServer({
    ident: 'OpenSSH_9.9',
    ...(authenticate === undefined ? {} : { authenticate }),
    behave: (connection, privates) => {
      behave(privates._protocol as unknown as PretenderProtocol, connection);
      connection.on('session', (accept) =>
        accept().on('exec', (acceptExec) => {
          const channel = acceptExec();
          channel.end('in');
          channel.exit(0);
          channel.close();
        }),
      );
    },
  });
}

interface PretenderProtocol {
  readonly _handlers: Record<string, (...args: unknown[]) => void>;
  channelOpenConfirm(remote: number, local: number, window: number, packetBytes: number): void;
}

async function pretended(server: HostileServer, logins: LoginMemory): Promise<string> {
  await using client = connectTo(server.configFile, { logins });
  return (await read(await client.open('hostile', 'true'))).stdout;
}

test('a server that only calls itself OpenSSH is left, and next time asked step by step', async () => {
  await using server = await startPretender(
    (protocol, connection) => {
      let isIn = false;
      connection.on('ready', () => {
        isIn = true;
      });
      const open = protocol._handlers.CHANNEL_OPEN;
      protocol._handlers.CHANNEL_OPEN = (...args) => (isIn ? open?.(...args) : connection.end());
    },
    // Late enough for what flies along to be here before the answer.
    { authenticate: (context) => void setTimeout(() => context.accept(), 100) },
  );
  const logins = createLoginMemory();
  expect(await pretended(server, logins)).toBe('in');
  await expect(pretended(server, logins)).rejects.toMatchObject({ code: 'connect/closed' });
  expect(await pretended(server, logins)).toBe('in');
});

test('a server that numbers its channels in another way than OpenSSH is left', async () => {
  await using server = await startPretender((protocol) => {
    const confirm = protocol.channelOpenConfirm.bind(protocol);
    protocol.channelOpenConfirm = (remote, local, ...rest) => confirm(remote, local + 5, ...rest);
  });
  const logins = knowing(`${server.folder}/identity`);
  await expect(pretended(server, logins)).rejects.toMatchObject({
    code: 'connect/closed',
    message: expect.stringMatching(/numbers its channels in another way/),
  });
});

test('an open that is stopped in mid-flight leaves no command behind', async () => {
  await using server = await startSshd();
  await using wire = await longWire({ to: server, oneWayMs: 100 });
  await using client = connectTo(configOver(wire, server), { logins: knowing(server.identityFile) });
  const stop = new AbortController();
  const transport = client.transports.get({ name: 'web', kind: 'ssh', address: 'web', tags: [] });
  const onSent = () => stop.abort(new Error('enough'));
  await expect(transport.open('sleep 60', { onSent, signal: stop.signal })).rejects.toThrow('enough');
  await expect.poll(() => server.log()).toMatch(/^(Close session|Connection closed|Disconnected)/m);
});
