import ssh2, { type ServerChannel } from 'ssh2';
import { expect, test } from 'vitest';
import { connectTo, read } from '../fixtures/sshd-client.ts';
import { privateKey, startHostileServer } from '../fixtures/sshd-hostile.ts';

test('a server that ignores flow control is cut off before it fills the memory', async () => {
  await using server = await startHostileServer({
    behave: (connection, privates) =>
      onExec(connection, (channel) => {
        const block = Buffer.alloc(32_000, 'x');
        const id = (channel as unknown as { outgoing: { id: number } }).outgoing.id;
        let isOpen = true;
        connection.on('close', () => {
          isOpen = false;
        });
        const pump = () => {
          for (let count = 0; count < 64 && isOpen; count += 1) privates._protocol.channelData(id, block);
          if (isOpen) setImmediate(pump);
        };
        pump();
      }),
  });
  await using client = connectTo(server.configFile);
  const process = await client.open('hostile', 'true');
  process.stderr.resume();
  const before = globalThis.process.memoryUsage().rss;
  // Nobody reads its stdout until the connection is gone.
  await new Promise((resolve) => process.stdin.once('close', resolve));
  expect(globalThis.process.memoryUsage().rss - before).toBeLessThan(64_000_000);
  const { exit } = await read(process);
  expect(exit).toEqual({
    kind: 'disconnected',
    message: expect.stringMatching(
      /^The connection to "hostile" .* was cut off: the server sent more than it was allowed to$/,
    ),
  });
});

test('a server that shows another key at a rekey is left', async () => {
  await using server = await startHostileServer({
    behave: (connection, privates) =>
      onExec(connection, (channel) => {
        channel.write('before');
        const other = ssh2.utils.parseKey(privateKey());
        privates._protocol._hostKeys['ecdsa-sha2-nistp256'] = other;
        connection.rekey(() => channel.write('after'));
      }),
  });
  await using client = connectTo(server.configFile);
  const { stdout, exit } = await read(await client.open('hostile', 'true'));
  expect(stdout).not.toContain('after');
  expect(exit).toMatchObject({ kind: 'disconnected', message: expect.stringMatching(/its host key changed/) });
});

test('channels that nobody asked for are refused, and a flood of them ends the connection', async () => {
  const refused: string[] = [];
  await using server = await startHostileServer({
    behave: (connection) =>
      onExec(connection, () => {
        for (let count = 0; count < 300; count += 1) {
          connection.x11('127.0.0.1', count, (error) => refused.push(error?.message ?? 'opened'));
        }
      }),
  });
  await using client = connectTo(server.configFile);
  const { exit } = await read(await client.open('hostile', 'true'));
  expect(exit).toMatchObject({
    kind: 'disconnected',
    message: expect.stringMatching(/channels that nobody asked for$/),
  });
  expect(refused).not.toContain('opened');
});

test('compression is never agreed upon', async () => {
  await using server = await startHostileServer({ behave: () => {}, algorithms: { compress: ['zlib@openssh.com'] } });
  await using client = connectTo(server.configFile);
  await expect(client.open('hostile', 'true')).rejects.toMatchObject({ code: 'connect/algorithms' });
});

test('the right key is sent signed at once, and nothing before it', async () => {
  const requests: string[] = [];
  await using server = await startHostileServer({
    behave: (connection) =>
      onExec(connection, (channel) => {
        channel.exit(0);
        channel.end();
      }),
    authenticate: (context) => {
      requests.push(
        `${context.method} ${context.method === 'publickey' && context.signature !== undefined ? 'signed' : ''}`,
      );
      context.accept();
    },
  });
  await using client = connectTo(server.configFile);
  await client.open('hostile', 'true');
  expect(requests).toEqual(['publickey signed']);
});

test('a command that is refused is an error, not an empty success', async () => {
  await using server = await startHostileServer({
    behave: (connection) =>
      connection.on('ready', () =>
        connection.on('session', (accept) => accept().on('exec', (_accept, reject) => reject())),
      ),
  });
  await using client = connectTo(server.configFile);
  await expect(client.open('hostile', 'true', { ahead: Buffer.from('x') })).rejects.toMatchObject({
    code: 'connect/channel',
  });
});

test('a server that never answers the login is given up', async () => {
  await using server = await startHostileServer({
    behave: () => {},
    authenticate: () => {},
    lines: ['ConnectTimeout 3'],
  });
  await using client = connectTo(server.configFile);
  await expect(client.open('hostile', 'true')).rejects.toMatchObject({
    code: 'connect/timeout',
    message: expect.stringMatching(/: the server did not answer the login within 3 s$/),
  });
});

function onExec(connection: ssh2.Connection, run: (channel: ServerChannel) => void): void {
  connection.on('ready', () => connection.on('session', (accept) => accept().on('exec', (start) => run(start()))));
}
