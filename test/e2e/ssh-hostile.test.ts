import type ssh2 from 'ssh2';
import type { ServerChannel } from 'ssh2';
import { expect, test } from 'vitest';
import { connectTo } from '../fixtures/sshd-client.ts';
import { startHostileServer } from '../fixtures/sshd-hostile.ts';

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

function onExec(connection: ssh2.Connection, run: (channel: ServerChannel) => void): void {
  connection.on('ready', () => connection.on('session', (accept) => accept().on('exec', (start) => run(start()))));
}
