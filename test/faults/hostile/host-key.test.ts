import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import { expect } from 'vitest';
import { message, onEarlyKeys, SSH, sendPayload } from '../../fixtures/ssh-packets.ts';
import { connectTo } from '../../fixtures/sshd-client.ts';
import { privateKey, startHostileServer } from '../../fixtures/sshd-hostile.ts';
import { fault } from '../fault.ts';
import { calm, ending } from './calm.ts';
import { clientFor, serverFor, WAYS } from './flight.ts';

const EARLY = {
  'a login that was never asked for': [message(SSH.SUCCESS)],
  'the service, so that we log in': [message(SSH.SERVICE_ACCEPT, 'ssh-userauth')],
  'a refusal': [message(SSH.FAILURE, 'password', false)],
  'a banner': [message(SSH.BANNER, 'hello', '')],
  'a channel': [message(SSH.OPEN, 'x11', 0, 1, 1, '', 0)],
  'a request that wants an answer': [message(SSH.GLOBAL_REQUEST, 'keepalive@openssh.com', true)],
} satisfies Record<string, readonly Buffer[]>;

for (const way of WAYS) {
  for (const [what, payloads] of Object.entries(EARLY)) {
    fault(
      ['T10', 'T11'],
      `(${way}) a server that sends ${what} while its key is being judged gets nothing`,
      async () => {
        const said: Buffer[] = [];
        await using server = await startHostileServer({
          ...serverFor(way),
          isUnknown: true,
          behave: (connection, privates) => {
            privates._sock.on('data', (bytes) => said.push(bytes));
            onEarlyKeys(connection, () => {
              for (const payload of payloads) sendPayload(privates, payload);
            });
          },
        });
        // Nobody ever answers the question.
        await using client = clientFor(way, server, { prompts: { confirmHostKey: () => new Promise(() => {}) } });
        await expect(client.open('hostile', 'true', { ahead: Buffer.from('SECRET') })).rejects.toMatchObject({
          code: 'connect/protocol',
        });
        const all = Buffer.concat(said).toString('latin1');
        for (const word of ['publickey', 'SECRET', 'session']) expect(all).not.toContain(word);
        expect(server.attempts).toEqual([]);
      },
    );
  }
}

/** What stands where the known hosts should. */
const FILES: Readonly<Record<string, { readonly put: (file: string) => void; readonly code: string }>> = {
  'a folder': { put: (file) => mkdirSync(file), code: 'connect/config' },
  'a pipe that nobody writes to': { put: (file) => execFileSync('mkfifo', [file]), code: 'connect/config' },
  'a device without an end': { put: (file) => execFileSync('ln', ['-s', '/dev/zero', file]), code: 'connect/config' },
  'more than anybody has': {
    put: (file) => writeFileSync(file, Buffer.alloc(17_000_000, 'x')),
    code: 'connect/config',
  },
  nothing: { put: () => {}, code: 'connect/hostkey-unknown' },
  zeros: { put: (file) => writeFileSync(file, Buffer.alloc(10_000)), code: 'connect/hostkey-unknown' },
  '10 MB of one line': { put: (file) => writeFileSync(file, '*,'.repeat(5_000_000)), code: 'connect/hostkey-unknown' },
  '10 MB of garbage': {
    put: (file) =>
      writeFileSync(file, Buffer.from(Array.from({ length: 10_000_000 }, (_, at) => (at * 167 + 13) % 251))),
    code: 'connect/hostkey-unknown',
  },
  'half a key': {
    put: (file) => writeFileSync(file, '* ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlz\n'),
    code: 'connect/hostkey',
  },
  'an authority for all': {
    put: (file) => writeFileSync(file, `@cert-authority * ${aKey()}\n`),
    code: 'connect/hostkey-unknown',
  },
  'the key of somebody else': { put: (file) => writeFileSync(file, `* ${aKey()}\n`), code: 'connect/hostkey-changed' },
};

for (const [what, { put, code }] of Object.entries(FILES)) {
  fault('T10', `with ${what} for the known hosts nobody is trusted, and nothing hangs`, async () => {
    const quiet = calm();
    {
      await using server = await startHostileServer({ behave: () => {} });
      const file = join(server.folder, 'known_hosts');
      rmSync(file);
      put(file);
      await using client = connectTo(server.configFile);
      const end = await ending(client.open('hostile', 'true'), 10_000);
      expect(end.code).toMatch(new RegExp(`^${code}`));
      expect(server.attempts).toEqual([]);
    }
    await quiet.isBack();
  });
}

fault('T10', 'a key that is revoked is refused, wherever else it stands', async () => {
  await using server = await startHostileServer({ behave: () => {} });
  const file = join(server.folder, 'known_hosts');
  const [, type = '', key = ''] = execFileSync('cat', [file], { encoding: 'utf8' }).trim().split(' ');
  appendFileSync(file, `@revoked * ${type} ${key}\n`);
  await using client = connectTo(server.configFile);
  expect(await ending(client.open('hostile', 'true'), 10_000)).toMatchObject({ code: 'connect/hostkey-revoked' });
  expect(server.attempts).toEqual([]);
});

fault('T10', 'who has the public half of the right key alone is found out before anything is offered', async () => {
  await using server = await startHostileServer({
    behave: (_connection, { _protocol: { _hostKeys } }) => {
      const right = _hostKeys['ecdsa-sha2-nistp256'] as { sign: unknown };
      const other = ssh2.utils.parseKey(privateKey());
      if (other instanceof Error) throw other;
      _hostKeys['ecdsa-sha2-nistp256'] = Object.assign(Object.create(right), { sign: other.sign.bind(other) });
    },
  });
  await using client = connectTo(server.configFile);
  expect(await ending(client.open('hostile', 'true'), 10_000)).toMatchObject({ code: 'connect/protocol' });
  expect(server.attempts).toEqual([]);
});

const WINDOWS: Readonly<Record<string, () => Promise<boolean>>> = {
  throws: () => Promise.reject(new Error('the window is gone')),
  'says no': () => Promise.resolve(false),
};

for (const [what, confirmHostKey] of Object.entries(WINDOWS)) {
  fault('T10', `a person’s window that ${what} is a no`, async () => {
    await using server = await startHostileServer({ behave: () => {}, isUnknown: true });
    await using client = connectTo(server.configFile, { prompts: { confirmHostKey } });
    await expect(client.open('hostile', 'true')).rejects.toThrow();
    expect(server.attempts).toEqual([]);
  });
}

fault('T10', 'a question for the host key is over when the server goes, or the person', async () => {
  for (const who of ['server', 'person'] as const) {
    const quiet = calm();
    {
      const leave = new AbortController();
      const asked = Promise.withResolvers<void>();
      let taken: AbortSignal | undefined;
      await using server = await startHostileServer({
        behave: (connection) => void asked.promise.then(() => who === 'server' && connection.end()),
        isUnknown: true,
      });
      const confirmHostKey = (_question: unknown, { signal }: { signal: AbortSignal }) => {
        taken = signal;
        asked.resolve();
        return new Promise<boolean>(() => {});
      };
      await using client = connectTo(server.configFile, { prompts: { confirmHostKey } });
      const opening = client.open('hostile', 'true', { signal: leave.signal });
      opening.catch(() => {});
      await asked.promise;
      if (who === 'person') leave.abort(new Error('gone'));
      await expect(opening).rejects.toThrow();
      await expect.poll(() => taken?.aborted).toBe(true);
    }
    await quiet.isBack();
  }
});

fault('T10', 'a server that shows another key at a rekey is left', async () => {
  await using server = await startHostileServer({
    behave: (connection, privates) =>
      connection.on('ready', () =>
        connection.on('session', (accept) =>
          accept().on('exec', (start) => {
            const channel = start();
            channel.write('before');
            privates._protocol._hostKeys['ecdsa-sha2-nistp256'] = ssh2.utils.parseKey(privateKey());
            connection.rekey(() => channel.write('after'));
          }),
        ),
      ),
  });
  await using client = connectTo(server.configFile);
  expect(await ending(client.open('hostile', 'true'), 10_000)).toMatchObject({
    code: 'disconnected',
    message: expect.stringMatching(/its host key changed/),
    stdout: 'before',
  });
});

fault(
  'T10',
  'a server that renews its keys without end is left, and one that does so now and then is not',
  async () => {
    const rekeys = { wanted: 0, done: 0 };
    await using server = await startHostileServer({
      behave: (connection) =>
        connection.on('ready', () =>
          connection.on('session', (accept) =>
            accept().on('exec', (start) => {
              const channel = start();
              const again = (): void => {
                if (rekeys.done === rekeys.wanted) {
                  channel.exit(0);
                  channel.end();
                  return;
                }
                connection.rekey(() => {
                  rekeys.done += 1;
                  again();
                });
              };
              again();
            }),
          ),
        ),
    });
    rekeys.wanted = 8;
    await using client = connectTo(server.configFile);
    expect(await ending(client.open('hostile', 'true'), 10_000)).toMatchObject({ code: 'exited' });
    Object.assign(rekeys, { wanted: 1_000_000, done: 0 });
    expect(await ending(client.open('hostile', 'true'), 30_000)).toMatchObject({
      code: 'disconnected',
      message: expect.stringMatching(/it renews its keys again and again/),
    });
    expect(rekeys.done).toBeLessThan(200);
  },
);

/** A public key as it stands in known_hosts. */
function aKey(): string {
  const key = ssh2.utils.parseKey(privateKey());
  if (key instanceof Error) throw key;
  return `${key.type} ${key.getPublicSSH().toString('base64')}`;
}
