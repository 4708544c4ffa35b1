import { describe, expect, test } from 'vitest';
import type { Server } from '../../../src/domain/server.ts';
import { type SessionJournal, Sessions } from '../../../src/execution/sessions.ts';
import type { Pin } from '../../../src/runner/pin.ts';
import type { Transport } from '../../../src/transport/transport.ts';
import { artifacts, type ScriptedRunner, scriptedOpener } from '../../fixtures/scripted-runner.ts';
import { noDesk } from './no-desk.ts';

const WEB: Server = { name: 'web', kind: 'ssh', address: 'web', tags: [] };
const options = { signal: new AbortController().signal };

interface Made extends AsyncDisposable {
  readonly sessions: Sessions;
  /** What has happened, in order. */
  readonly told: string[];
  pin: Pin | undefined;
}

/** Sessions with servers that greet, or do what `play` says. */
function make(play = async (runner: ScriptedRunner): Promise<void> => runner.greet()): Made {
  const told: string[] = [];
  const tell =
    (word: string) =>
    ({ name }: Server): void =>
      void told.push(`${word} ${name}`);
  const journal: SessionJournal = {
    opening: tell('opening'),
    deploying: tell('deploying'),
    deployFailed: tell('deployFailed'),
    opened: tell('opened'),
    failed: tell('failed'),
    closed: tell('closed'),
  };
  const opener = scriptedOpener(play);
  const close = async (): Promise<void> => void told.push('disconnected');
  const transport = { open: opener.open.bind(opener), [Symbol.asyncDispose]: close } as unknown as Transport;
  const made: { pin: Pin | undefined } = { pin: undefined };
  const sessions = new Sessions({
    helpers: noDesk,
    artifacts: async () => artifacts,
    transport: () => transport,
    pin: () => made.pin,
    journal,
  });
  return Object.assign(made, { sessions, told, [Symbol.asyncDispose]: () => sessions[Symbol.asyncDispose]() });
}

test('Sessions.use() shares one session among all, and with those who come later', async () => {
  await using made = make();
  const [one, two] = await Promise.all([made.sessions.use(WEB, options), made.sessions.use(WEB, options)]);
  expect(two.session).toBe(one.session);
  one[Symbol.dispose]();
  two[Symbol.dispose]();
  expect((await made.sessions.use(WEB, options)).session).toBe(one.session);
  expect(made.told).toEqual(['opening web', 'opened web']);
});

test('Sessions.use() opens another session for another machine of the same name', async () => {
  await using made = make();
  const one = await made.sessions.use(WEB, options);
  const two = await made.sessions.use({ ...WEB, address: 'elsewhere' }, options);
  expect(two.session).not.toBe(one.session);
});

test('Sessions.use() tells a failure and tries again at the next use', async () => {
  let attempts = 0;
  await using made = make(async (runner) => {
    attempts += 1;
    if (attempts > 2) return runner.greet();
    runner.end({ kind: 'exited', code: 1 });
  });
  await expect(made.sessions.use(WEB, options)).rejects.toMatchObject({ code: 'boot/ended' });
  expect(made.told).toEqual(['opening web', 'closed web', 'failed web']);
  using _used = await made.sessions.use(WEB, options);
  expect(made.told.slice(3)).toEqual(['opening web', 'opened web']);
});

describe('a session that was opened before the server was rolled back', () => {
  const pin = { sha256: 'a'.repeat(64), platform: 'linux/amd64' };

  test('is not shared any more; those who use it finish with it', async () => {
    await using made = make();
    const old = await made.sessions.use(WEB, options);
    made.pin = pin;
    const fresh = await made.sessions.use(WEB, options);
    expect(fresh.session).not.toBe(old.session);
    expect(old.session.closed).toBeUndefined();
    const closed = new Promise((resolve) => old.session.onDidClose(resolve));
    old[Symbol.dispose]();
    await closed;
    expect((await made.sessions.use(WEB, options)).session).toBe(fresh.session);
    made.pin = undefined;
    expect((await made.sessions.use(WEB, options)).session).not.toBe(fresh.session);
  });

  test('is closed when nobody uses it', async () => {
    await using made = make();
    const old = await made.sessions.use(WEB, options);
    old[Symbol.dispose]();
    const closed = new Promise((resolve) => old.session.onDidClose(resolve));
    made.pin = pin;
    using _fresh = await made.sessions.use(WEB, options);
    await closed;
  });
});

test('Sessions.collect() asks a runner once in ten minutes, however many runs end', async () => {
  const runners: ScriptedRunner[] = [];
  await using made = make(async (runner) => {
    runners.push(runner);
    runner.greet();
  });
  using used = await made.sessions.use(WEB, options);
  await made.sessions.collect();
  await made.sessions.collect();
  used.session.ack('0'.repeat(32), 1);
  await runners[0]?.hears('ack');
  expect(runners[0]?.heard.map(({ type }) => type)).toEqual(['collect', 'ack']);
});

test('Sessions.collect() asks one runner of those that keep their jobs in the same place', async () => {
  const runners: ScriptedRunner[] = [];
  const hosts = ['h', 'h', 'other'];
  await using made = make(async (runner) => {
    runner.greet({ host: hosts[runners.push(runner) - 1] });
  });
  const all = [];
  for (const name of ['one', 'alias', 'other'])
    all.push(await made.sessions.use({ ...WEB, name, address: name }, options));
  await made.sessions.collect();
  for (const { session } of all) session.ack('0'.repeat(32), 1);
  for (const runner of runners) await runner.hears('ack');
  const asked = runners.map(({ heard }) => heard.some(({ type }) => type === 'collect'));
  expect(asked).toEqual([true, false, true]);
});

test('Sessions.replace() gives whoever comes next a new session', async () => {
  await using made = make();
  const old = await made.sessions.use(WEB, options);
  made.sessions.replace(WEB);
  expect((await made.sessions.use(WEB, options)).session).not.toBe(old.session);
  expect(old.session.closed).toBeUndefined();
});

test('Sessions.close() closes what nobody uses, with the connection under it', async () => {
  await using made = make();
  const used = await made.sessions.use(WEB, options);
  expect(await made.sessions.close(WEB)).toBe(false);
  used[Symbol.dispose]();
  expect(await made.sessions.close(WEB)).toBe(true);
  expect(used.session.closed).toMatchObject({ code: 'session/closed' });
  expect(made.told).toEqual(['opening web', 'opened web', 'closed web', 'disconnected']);
});

test('Sessions.close() leaves a server where somebody still uses a session that was replaced', async () => {
  await using made = make();
  const old = await made.sessions.use(WEB, options);
  made.sessions.replace(WEB);
  (await made.sessions.use(WEB, options))[Symbol.dispose]();
  expect(await made.sessions.close(WEB)).toBe(false);
  expect(made.told).not.toContain('disconnected');
  old[Symbol.dispose]();
  expect(await made.sessions.close(WEB)).toBe(true);
});

test('Sessions closes also what was replaced and is still used when it ends', async () => {
  const made = make();
  const old = await made.sessions.use(WEB, options);
  made.sessions.replace(WEB);
  await made[Symbol.asyncDispose]();
  expect(old.session.closed).toMatchObject({ code: 'session/closed' });
});
