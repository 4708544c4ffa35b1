import { execFileSync } from 'node:child_process';
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AuthContext, Connection } from 'ssh2';
import { expect, test } from 'vitest';
import type { Prompts } from '../../src/transport/transport.ts';
import { sshConfig, startSshd } from '../fixtures/sshd.ts';
import { startAgent } from '../fixtures/sshd-agent.ts';
import { connectTo, read } from '../fixtures/sshd-client.ts';
import { startHostileServer } from '../fixtures/sshd-hostile.ts';
import { testKey } from '../fixtures/sshd-keys.ts';

const publicOf = (key: string) => readFileSync(`${key}.pub`, 'utf8');

/** Somebody who answers with `answers` in their order, and what they were asked and told. */
function personWith(...answers: readonly string[]): { prompts: Prompts; told: unknown[] } {
  const told: unknown[] = [];
  let given = 0;
  const prompts: Prompts = {
    askSecret: async (_prompt, { server, subject, attempt }) => {
      told.push({ server, subject, attempt });
      return answers[given++];
    },
    secretTried: (subject, found) => told.push(`${subject}: ${found}`),
  };
  return { prompts, told };
}

/** Lets commands say `in`. */
function welcome(connection: Connection): void {
  connection.on('ready', () =>
    connection.on('session', (accept) =>
      accept().on('exec', (run) => {
        const channel = run();
        channel.write('in\n');
        channel.exit(0);
        channel.end();
      }),
    ),
  );
}

const onlyPassword =
  (right: string) =>
  (context: AuthContext): void => {
    if (context.method === 'password' && context.password === right) context.accept();
    else context.reject(['password']);
  };

test('a passphrase is asked for by the path of its key, and each answer is judged', async () => {
  const key = testKey('locked', { passphrase: 'open sesame' });
  await using server = await startSshd({ authorizedKeys: [publicOf(key)] });
  const { prompts, told } = personWith('wrong', 'open sesame');
  await using client = connectTo(sshConfig(server.folder, [{ alias: 'web', server, identityFile: key }]), { prompts });
  expect((await read(await client.open('web', 'echo in'))).stdout).toBe('in\n');
  const subject = `passphrase ${key}`;
  expect(told).toEqual([
    { server: 'web', subject, attempt: 0 },
    `${subject}: refused`,
    { server: 'web', subject, attempt: 1 },
    `${subject}: accepted`,
  ]);
});

test('a key that takes a passphrase is opened once for all servers', async () => {
  const key = testKey('locked', { passphrase: 'open sesame' });
  await using one = await startSshd({ authorizedKeys: [publicOf(key)] });
  await using two = await startSshd({ authorizedKeys: [publicOf(key)] });
  const entries = [one, two].map((server, index) => ({ alias: `web${index}`, server, identityFile: key }));
  const { prompts, told } = personWith('open sesame', 'open sesame');
  await using client = connectTo(sshConfig(one.folder, entries), { prompts });
  const outputs = await Promise.all(
    ['web0', 'web1'].map(async (alias) => (await read(await client.open(alias, 'echo in'))).stdout),
  );
  expect(outputs).toEqual(['in\n', 'in\n']);
  expect(told).toHaveLength(2);
});

test('a password is asked for once for all who wait, by account and host, and what is wrong is said', async () => {
  await using server = await startHostileServer({ behave: welcome, authenticate: onlyPassword('sesame') });
  const { prompts, told } = personWith('yesterday', 'sesame');
  await using client = connectTo(server.configFile, { prompts });
  const outputs = await Promise.all(
    ['1', '2', '3'].map(async () => (await read(await client.open('hostile', 'true'))).stdout),
  );
  expect(outputs).toEqual(['in\n', 'in\n', 'in\n']);
  const subject = `password somebody@127.0.0.1:${server.port}`;
  expect(told).toEqual([
    { server: 'hostile', subject, attempt: 0 },
    `${subject}: refused`,
    { server: 'hostile', subject, attempt: 1 },
    `${subject}: accepted`,
  ]);
});

test('a password that was the last one is judged, too, and the refusal says how often', async () => {
  await using server = await startHostileServer({
    behave: welcome,
    authenticate: onlyPassword('sesame'),
    lines: ['NumberOfPasswordPrompts 1'],
  });
  const { prompts, told } = personWith('yesterday');
  await using client = connectTo(server.configFile, { prompts });
  await expect(client.open('hostile', 'true')).rejects.toMatchObject({
    code: 'connect/denied',
    message: expect.stringMatching(/what was typed was refused, the server allows password$/),
  });
  expect(told).toHaveLength(2);
  expect(told[1]).toMatch(/: refused$/);
});

test('of the questions of a server only the one for the password has a subject: codes are good once', async () => {
  const rounds = [['Password: '], ['Verification code: '], []];
  let attempts = 0;
  await using server = await startHostileServer({
    behave: welcome,
    authenticate: (context) => {
      if (context.method !== 'keyboard-interactive') return context.reject(['keyboard-interactive']);
      attempts += 1;
      const given: string[] = [];
      const ask = (round: number): void => {
        const prompts = rounds[round]?.map((prompt) => ({ prompt, echo: false }));
        if (prompts) {
          context.prompt(prompts, (answers) => {
            given.push(...answers);
            ask(round + 1);
          });
        } else if (given.join(' ') === 'sesame 42') context.accept();
        else context.reject(['keyboard-interactive']);
      };
      ask(0);
    },
  });
  const { prompts, told } = personWith('sesame', '41', 'sesame', '42');
  await using client = connectTo(server.configFile, { prompts });
  expect((await read(await client.open('hostile', 'true'))).stdout).toBe('in\n');
  const subject = `password somebody@127.0.0.1:${server.port}`;
  expect(told).toEqual([
    { server: 'hostile', subject, attempt: 0 },
    { server: 'hostile' },
    `${subject}: refused`,
    { server: 'hostile', subject, attempt: 1 },
    { server: 'hostile' },
    `${subject}: accepted`,
  ]);
  expect(attempts).toBe(2);
});

test('certificates that ssh would offer are named in the refusal, of files and of the agent', async () => {
  await using server = await startSshd({ authorizedKeys: [] });
  const key = join(server.folder, 'mine');
  for (const end of ['', '.pub']) copyFileSync(`${testKey('identity')}${end}`, `${key}${end}`);
  execFileSync('ssh-keygen', ['-q', '-s', testKey('authority'), '-I', 'me', '-n', 'root', `${key}.pub`]);
  await using agent = await startAgent(server.folder, [key]);
  const lines = [`IdentityAgent ${agent.socket}`];
  await using client = connectTo(sshConfig(server.folder, [{ alias: 'web', server, lines, identityFile: key }]));
  await expect(client.open('web', 'true')).rejects.toMatchObject({
    code: 'connect/denied',
    message: expect.stringMatching(
      new RegExp(
        `; "${key}-cert.pub" was left out because certificates are not supported; ` +
          '"identity" of the agent was left out because certificates are not supported$',
      ),
    ),
  });
});

test('a question is taken back when the server has hung up meanwhile', async () => {
  const key = testKey('locked', { passphrase: 'open sesame' });
  await using impatient = await startSshd({ authorizedKeys: [publicOf(key)], config: ['LoginGraceTime 1'] });
  const asked = Promise.withResolvers<void>();
  await using hostile = await startHostileServer({
    // Once the person sees the question.
    behave: (connection) => void asked.promise.then(() => connection.end()),
    authenticate: (context) => context.reject(['password']),
  });
  const check = async (config: string, alias: string): Promise<void> => {
    let reason: unknown;
    const prompts: Prompts = {
      askSecret: (_prompt, { signal }) =>
        new Promise((_resolve, reject) => {
          asked.resolve();
          signal.addEventListener('abort', () => {
            reason = signal.reason;
            reject(signal.reason);
          });
        }),
    };
    await using client = connectTo(config, { prompts });
    await expect(client.open(alias, 'true')).rejects.toMatchObject({ code: 'connect/closed' });
    expect(reason).toMatchObject({ code: 'connect/closed' });
  };
  await check(hostile.configFile, 'hostile');
  await check(sshConfig(impatient.folder, [{ alias: 'web', server: impatient, identityFile: key }]), 'web');
});
