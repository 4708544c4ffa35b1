import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Sshd, sshConfig, startSshd } from '../fixtures/sshd.ts';
import { startAgent } from '../fixtures/sshd-agent.ts';
import { connectTo, read } from '../fixtures/sshd-client.ts';
import { startHostileServer } from '../fixtures/sshd-hostile.ts';
import { testKey } from '../fixtures/sshd-keys.ts';

const publicOf = (key: string) => readFileSync(`${key}.pub`, 'utf8');
const wrongKeys = Array.from({ length: 7 }, (_, index) => testKey(`wrong-${index}`));
const refusals = (server: Sshd) => server.log().match(/^Failed publickey/gm)?.length ?? 0;
const login = async (client: ReturnType<typeof connectTo>) => (await read(await client.open('web', 'echo in'))).stdout;

test('a key of the agent lets us in', async () => {
  await using server = await startSshd();
  await using agent = await startAgent(server.folder, [testKey('identity')]);
  const lines = ['IdentityAgent SSH_AUTH_SOCK'];
  await using client = connectTo(sshConfig(server.folder, [{ alias: 'web', server, lines, identityFile: 'none' }]), {
    env: { SSH_AUTH_SOCK: agent.socket },
  });
  expect(await login(client)).toBe('in\n');
});

test('every type of key lets us in, from a file and from the agent', async () => {
  const keys = (['ed25519', 'ecdsa', 'rsa'] as const).map((type) => testKey(`identity-${type}`, { type }));
  await using server = await startSshd({ authorizedKeys: keys.map(publicOf) });
  for (const key of keys) {
    await using agent = await startAgent(server.folder, [key]);
    const fromFile = { alias: 'file', server, identityFile: key };
    const fromAgent = { alias: 'agent', server, identityFile: 'none', lines: [`IdentityAgent ${agent.socket}`] };
    await using client = connectTo(sshConfig(server.folder, [fromFile, fromAgent]));
    for (const alias of ['file', 'agent'])
      expect((await read(await client.open(alias, 'echo in'))).stdout).toBe('in\n');
  }
  expect(refusals(server)).toBe(0);
});

test('seven wrong keys in the agent do not keep the right file out', async () => {
  await using server = await startSshd();
  await using agent = await startAgent(server.folder, wrongKeys);
  const lines = [`IdentityAgent ${agent.socket}`];
  await using client = connectTo(sshConfig(server.folder, [{ alias: 'web', server, lines }]));
  expect(await login(client)).toBe('in\n');
  expect(refusals(server)).toBe(0);
});

test('the key of the agent whose public half is named is offered first', async () => {
  await using server = await startSshd();
  await using agent = await startAgent(server.folder, [...wrongKeys, testKey('identity')]);
  const named = join(server.folder, 'named');
  copyFileSync(`${testKey('identity')}.pub`, `${named}.pub`);
  const lines = [`IdentityAgent ${agent.socket}`];
  const config = sshConfig(server.folder, [{ alias: 'web', server, lines, identityFile: `${named}.pub` }]);
  await using client = connectTo(config);
  expect(await login(client)).toBe('in\n');
  expect(refusals(server)).toBe(0);
  expect(client.logged).toEqual([
    `Logged in to "web" (127.0.0.1 port ${server.port}) as "root" with "identity" of the agent`,
  ]);
});

test('IdentitiesOnly keeps the other keys of the agent at home', async () => {
  await using server = await startSshd({ authorizedKeys: [publicOf(testKey('elsewhere'))] });
  await using agent = await startAgent(server.folder, [testKey('elsewhere')]);
  const lines = [`IdentityAgent ${agent.socket}`, 'IdentitiesOnly yes'];
  await using client = connectTo(sshConfig(server.folder, [{ alias: 'web', server, lines }]));
  await expect(client.open('web', 'true')).rejects.toMatchObject({
    code: 'connect/denied',
    message: `Cannot log in to "web" (127.0.0.1 port ${server.port}) as "root": no offered key was accepted ("${testKey('identity')}"), the server allows publickey`,
  });
  expect(refusals(server)).toBe(1);
});

test('a server that ends the connection after too many keys is named as such', async () => {
  await using server = await startSshd({
    config: ['MaxAuthTries 3'],
    authorizedKeys: [publicOf(testKey('elsewhere'))],
  });
  await using agent = await startAgent(server.folder, wrongKeys);
  await using client = connectTo(
    sshConfig(server.folder, [{ alias: 'web', server, lines: [`IdentityAgent ${agent.socket}`] }]),
  );
  await expect(client.open('web', 'true')).rejects.toMatchObject({
    code: 'connect/denied',
    message: expect.stringContaining('after too many refused keys, name the right one with IdentityFile'),
  });
});

test('never more than six keys are offered', async () => {
  const keys: string[] = [];
  await using server = await startHostileServer({
    behave: () => {},
    authenticate: (context) => {
      if (context.method === 'publickey') keys.push(context.key.data.toString('base64'));
      context.reject(['publickey', 'password', 'keyboard-interactive']);
    },
  });
  await using agent = await startAgent(server.folder, wrongKeys);
  const config = readFileSync(server.configFile, 'utf8').replace('IdentityAgent none', `IdentityAgent ${agent.socket}`);
  writeFileSync(server.configFile, config);
  await using client = connectTo(server.configFile);
  await expect(client.open('hostile', 'true')).rejects.toMatchObject({
    code: 'connect/denied',
    message: expect.stringMatching(/only 5 of the 7 other keys of the agent were tried/),
  });
  expect([keys.length, new Set(keys).size]).toEqual([6, 6]);
  // Neither "none" nor a password, whatever the server says that it allows.
  expect(new Set(server.attempts)).toEqual(new Set(['publickey']));
});

test('an encrypted key asks for its passphrase once the server takes it, up to three times', async () => {
  const key = testKey('locked', { passphrase: 'open sesame' });
  await using server = await startSshd({ authorizedKeys: [publicOf(key)] });
  const config = sshConfig(server.folder, [{ alias: 'web', server, lines: [`IdentityFile ${key}`] }]);
  const questions: string[] = [];
  const answering = (answers: readonly string[]) => ({
    askSecret: async (question: string) => {
      questions.push(question);
      return answers[questions.length - 1];
    },
  });
  await using client = connectTo(config, { prompts: answering(['wrong', 'wrong again', 'open sesame']) });
  expect(await login(client)).toBe('in\n');
  expect(questions).toEqual(Array(3).fill(`Passphrase of the key "${key}"`));

  await using hopeless = connectTo(config, { prompts: { askSecret: async () => 'wrong' } });
  await expect(hopeless.open('web', 'true')).rejects.toMatchObject({
    code: 'connect/denied',
    message: expect.stringContaining(`the passphrase of "${key}" was wrong 3 times`),
  });
});

test('an encrypted key that the server does not take asks nothing', async () => {
  const key = testKey('locked', { passphrase: 'open sesame' });
  await using server = await startSshd();
  let isAsked = false;
  const askSecret = async () => {
    isAsked = true;
    return 'open sesame';
  };
  await using client = connectTo(sshConfig(server.folder, [{ alias: 'web', server, lines: [`IdentityFile ${key}`] }]), {
    prompts: { askSecret },
  });
  expect([await login(client), isAsked]).toEqual(['in\n', false]);
});

test('an encrypted key with nobody to ask is named in the refusal', async () => {
  const key = testKey('locked', { passphrase: 'open sesame' });
  await using server = await startSshd({ authorizedKeys: [publicOf(key)] });
  const config = sshConfig(server.folder, [{ alias: 'web', server, identityFile: key }]);
  await using client = connectTo(config);
  await expect(client.open('web', 'true')).rejects.toMatchObject({
    code: 'connect/denied',
    message: `Cannot log in to "web" (127.0.0.1 port ${server.port}) as "root": there is no key to offer; "${key}" needs its passphrase and nobody is there to ask, add it to the agent with "ssh-add"`,
  });
});

test("waiting for a person does not count as the server's silence, and one answer is for all who wait", async () => {
  const key = testKey('locked', { passphrase: 'open sesame' });
  await using server = await startSshd({ authorizedKeys: [publicOf(key)] });
  const lines = [`IdentityFile ${key}`, 'ConnectTimeout 3'];
  let questions = 0;
  const askSecret = () =>
    new Promise<string>((resolve) => {
      questions += 1;
      setTimeout(() => resolve('open sesame'), 3_500);
    });
  await using client = connectTo(sshConfig(server.folder, [{ alias: 'web', server, lines }]), {
    prompts: { askSecret },
  });
  expect(await Promise.all([login(client), login(client), login(client)])).toEqual(['in\n', 'in\n', 'in\n']);
  expect([questions, server.connections()]).toEqual([1, 1]);
});

test('an agent that asks its owner has more time than a silent server', async () => {
  await using server = await startSshd();
  const confirm = join(server.folder, 'confirm');
  writeFileSync(confirm, '#!/bin/sh\nexec sleep 3.5\n', { mode: 0o700 });
  await using agent = await startAgent(server.folder, [testKey('identity')], { confirm });
  const lines = [`IdentityAgent ${agent.socket}`, 'ConnectTimeout 3'];
  await using client = connectTo(sshConfig(server.folder, [{ alias: 'web', server, lines, identityFile: 'none' }]));
  expect(await login(client)).toBe('in\n');
});

test('a password is asked for after the keys, and only so often', async () => {
  const passwords: string[] = [];
  await using server = await startHostileServer({
    behave: () => {},
    authenticate: (context) => {
      if (context.method === 'password') passwords.push(context.password);
      context.reject(['password']);
    },
    lines: ['NumberOfPasswordPrompts 2'],
  });
  const questions: string[] = [];
  const prompts = {
    askSecret: async (question: string) => {
      questions.push(question);
      return `secret ${questions.length}`;
    },
  };
  await using client = connectTo(server.configFile, { prompts });
  await expect(client.open('hostile', 'true')).rejects.toMatchObject({ code: 'connect/denied' });
  expect(passwords).toEqual(['secret 1', 'secret 2']);
  expect(questions).toEqual(Array(2).fill(`Password of "somebody" on "hostile" (127.0.0.1 port ${server.port})`));
  expect(server.attempts).toEqual(['publickey', 'password', 'password']);
});

test('a question of the server is answered, shown as its own', async () => {
  const answers: string[][] = [];
  await using server = await startHostileServer({
    behave: (connection) =>
      connection.on('ready', () =>
        connection.on('session', (accept) =>
          accept().on('exec', (run) => {
            const channel = run();
            channel.write('in\n');
            channel.exit(0);
            channel.end();
          }),
        ),
      ),
    authenticate: (context) => {
      if (context.method !== 'keyboard-interactive') return context.reject(['keyboard-interactive']);
      context.prompt(
        [
          { prompt: '\x1b[2JName: ', echo: true },
          { prompt: 'Code:\n', echo: false },
        ],
        (given) => {
          answers.push(given);
          context.accept();
        },
      );
    },
  });
  const questions: string[] = [];
  const ask = (kind: string) => async (question: string) => {
    questions.push(`${kind}: ${question}`);
    return kind;
  };
  await using client = connectTo(server.configFile, { prompts: { askSecret: ask('secret'), askLine: ask('line') } });
  expect((await read(await client.open('hostile', 'true'))).stdout).toBe('in\n');
  const place = `"hostile" (127.0.0.1 port ${server.port})`;
  expect(questions).toEqual([`line: ${place} asks: Name:`, `secret: ${place} asks: Code:`]);
  expect(answers).toEqual([['line', 'secret']]);
});

test('a server that asks for ever is left', async () => {
  let rounds = 0;
  await using server = await startHostileServer({
    behave: () => {},
    authenticate: (context) => {
      if (context.method !== 'keyboard-interactive') return context.reject(['keyboard-interactive']);
      const again = () => {
        rounds += 1;
        context.prompt([{ prompt: 'Your password elsewhere: ', echo: false }], again);
      };
      again();
    },
  });
  await using client = connectTo(server.configFile, { prompts: { askSecret: async () => 'x' } });
  await expect(client.open('hostile', 'true')).rejects.toMatchObject({
    code: 'connect/denied',
    message: expect.stringContaining('the server asks too many questions'),
  });
  expect(rounds).toBeLessThanOrEqual(4);
});

test('the banner of the server stands in the refusal, made harmless', async () => {
  const banner = `${testKey('banner')}.text`;
  writeFileSync(banner, 'Only for \x1b[31mstaff\x1b[0m\x07\nof the house\n');
  await using server = await startSshd({ authorizedKeys: [], config: [`Banner ${banner}`] });
  await using client = connectTo(sshConfig(server.folder, [{ alias: 'web', server }]));
  await expect(client.open('web', 'true')).rejects.toMatchObject({
    message: expect.stringMatching(/; the server says "Only for staff of the house"$/),
  });
});

test('methods that the configuration forbids are not used', async () => {
  await using server = await startHostileServer({
    behave: () => {},
    authenticate: (context) => context.reject(['publickey', 'password', 'keyboard-interactive']),
    lines: ['PreferredAuthentications publickey,password', 'PasswordAuthentication no'],
  });
  await using client = connectTo(server.configFile, { prompts: { askSecret: async () => 'x' } });
  await expect(client.open('hostile', 'true')).rejects.toMatchObject({ code: 'connect/denied' });
  expect(server.attempts).toEqual(['publickey']);
});
