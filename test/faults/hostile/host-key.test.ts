import { expect } from 'vitest';
import { message, onEarlyKeys, SSH, sendPayload } from '../../fixtures/ssh-packets.ts';
import { connectTo } from '../../fixtures/sshd-client.ts';
import { startHostileServer } from '../../fixtures/sshd-hostile.ts';
import { fault } from '../fault.ts';

const EARLY = {
  'a login that was never asked for': [message(SSH.SUCCESS)],
  'the service, so that we log in': [message(SSH.SERVICE_ACCEPT, 'ssh-userauth')],
  'a refusal': [message(SSH.FAILURE, 'password', false)],
  'a banner': [message(SSH.BANNER, 'hello', '')],
  'a channel': [message(SSH.OPEN, 'x11', 0, 1, 1, '', 0)],
  'a request that wants an answer': [message(SSH.GLOBAL_REQUEST, 'keepalive@openssh.com', true)],
} satisfies Record<string, readonly Buffer[]>;

for (const [what, payloads] of Object.entries(EARLY)) {
  fault(['T10', 'T11'], `a server that sends ${what} while its key is being judged gets nothing`, async () => {
    const said: Buffer[] = [];
    await using server = await startHostileServer({
      isUnknown: true,
      behave: (connection, privates) => {
        privates._sock.on('data', (bytes) => said.push(bytes));
        onEarlyKeys(connection, () => {
          for (const payload of payloads) sendPayload(privates, payload);
        });
      },
    });
    // Nobody ever answers the question.
    await using client = connectTo(server.configFile, { prompts: { confirmHostKey: () => new Promise(() => {}) } });
    await expect(client.open('hostile', 'true', { ahead: Buffer.from('SECRET') })).rejects.toMatchObject({
      code: 'connect/protocol',
    });
    const all = Buffer.concat(said).toString('latin1');
    for (const word of ['publickey', 'SECRET', 'session']) expect(all).not.toContain(word);
    expect(server.attempts).toEqual([]);
  });
}
