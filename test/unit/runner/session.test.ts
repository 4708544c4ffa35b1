import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Duplex, Writable } from 'node:stream';
import { afterAll, expect, test } from 'vitest';
import { Stopped } from '../../../src/domain/errors.ts';
import { encodeFrame, FrameKind } from '../../../src/runner/frame.ts';
import { INITIAL_CREDIT_BYTES } from '../../../src/runner/outbox.ts';
import type { RemoteOpener } from '../../../src/runner/remote.ts';
import { openSession } from '../../../src/runner/runner.ts';
import type { Session } from '../../../src/runner/session.ts';
import type { Tunnel } from '../../../src/runner/tunnel.ts';
import { artifacts, END, type ScriptedRunner, scriptedOpener } from '../../fixtures/scripted-runner.ts';

const folder = mkdtempSync(join(tmpdir(), 'cronium-session-'));
afterAll(() => rmSync(folder, { recursive: true }));

const { signal } = new AbortController();
const JOB = 'b'.repeat(32);
const TUNNEL = { type: 'tunnel', job: JOB, stream: 2 ** 31, door: 'call', after: 3 };
const STATE = { job: JOB, phase: 'running', end: 0 };

async function open(): Promise<{ session: Session; runner: ScriptedRunner }> {
  const opener = scriptedOpener((runner) => runner.greet());
  const { session } = await openSession(opener, artifacts, { server: 'web', signal });
  return { session, runner: opener.runners[0] ?? expect.unreachable() };
}

test('Session says at once that it is over, whatever is asked of it then', async () => {
  const { session, runner } = await open();
  const closed = new Promise((resolve) => session.onDidClose(resolve));
  runner.end({ kind: 'disconnected', message: 'The connection was lost' });
  await closed;
  const isOver = { code: 'session/closed' };
  await expect(session.cancel(JOB, 'i')).rejects.toMatchObject(isOver);
  await expect(session.attach(JOB, 0)).rejects.toMatchObject(isOver);
  await expect(session.health({ signal })).rejects.toMatchObject(isOver);
  const started = session.expectStart({ job: JOB, stream: 9 } as Parameters<Session['expectStart']>[0]);
  await expect(started.answer).rejects.toMatchObject(isOver);
  await expect(started.attachment[Symbol.asyncIterator]().next()).rejects.toMatchObject(isOver);
});

test('Session ends when the runner sends more of a log than its credit allows', async () => {
  const { session, runner } = await open();
  const attaching = session.attach(JOB, 0);
  const { stream } = await runner.hears('attach');
  runner.say({ type: 'attached', job: JOB, stream, offset: 0, end: 0, state: STATE });
  await attaching;
  const closed = new Promise((resolve) => session.onDidClose(resolve));
  const piece = Buffer.alloc(32_768);
  for (let at = 0; at <= INITIAL_CREDIT_BYTES; at += piece.length) runner.log(Number(stream), at, piece);
  expect(await closed).toMatchObject({ code: 'session/violation' });
});

/** Says bytes in memory that is used again, as they come from a connection. */
function lend(runner: ScriptedRunner, bytes: Uint8Array): void {
  const lent = Buffer.from(bytes);
  runner.sayBytes(lent);
  lent.fill(0xff);
}

test('what comes through a tunnel stays what it is until it is read', async () => {
  const opener = scriptedOpener((runner) => runner.greet());
  const sockets: Duplex[] = [];
  const helpers = { serve: ({ socket }: Tunnel) => void sockets.push(socket), attached: () => {} };
  const { session } = await openSession(opener, artifacts, { server: 'web', helpers, signal });
  const runner = opener.runners[0] ?? expect.unreachable();
  runner.say(TUNNEL);
  for (const text of ['GET / HTTP/1.1', 'and more']) {
    lend(runner, encodeFrame({ kind: FrameKind.data, stream: TUNNEL.stream, body: Buffer.from(text) }));
  }
  lend(runner, encodeFrame({ kind: FrameKind.end, stream: TUNNEL.stream, body: new Uint8Array(0) }));
  await expect.poll(() => sockets).toHaveLength(1);
  const pieces: Buffer[] = [];
  for await (const piece of sockets[0] ?? []) pieces.push(piece as Buffer);
  expect(Buffer.concat(pieces).toString()).toBe('GET / HTTP/1.1and more');
  await session[Symbol.asyncDispose]();
});

test('a piece of a log stays what it is until the next one is asked for, however its frames are cut', async () => {
  const { session, runner } = await open();
  const attaching = session.attach(JOB, 0);
  const { stream } = await runner.hears('attach');
  runner.say({ type: 'attached', job: JOB, stream, offset: 0, end: 0, state: STATE });
  const { attachment } = await attaching;
  const sizes = [1, 60_000, 20, 65_528, 40_000, 30_000, 9];
  const frames = Buffer.concat(
    sizes.map((size, index) => {
      const body = Buffer.alloc(8 + size, index + 1);
      body.writeBigUInt64BE(BigInt(sizes.slice(0, index).reduce((sum, each) => sum + each, 0)));
      return encodeFrame({ kind: FrameKind.data, stream: Number(stream), body });
    }),
  );
  for (let at = 0; at < frames.length; at += 32_000) lend(runner, frames.subarray(at, at + 32_000));
  runner.endLog(Number(stream));
  const found: [size: number, content: Set<number>][] = [];
  for await (const { bytes } of attachment) {
    await new Promise(setImmediate);
    found.push([bytes.length, new Set(bytes)]);
  }
  expect(found).toEqual(sizes.map((size, index) => [size, new Set([index + 1])]));
  await session[Symbol.asyncDispose]();
});

test('Session.put() stops when the payload is refused, and does not send the rest', async () => {
  const { session, runner } = await open();
  const file = join(folder, 'large');
  // More than the runner gives credit for.
  writeFileSync(file, Buffer.alloc(2 * INITIAL_CREDIT_BYTES));
  const payload = 'c'.repeat(64);
  runner.answer('put', () =>
    runner.say({ type: 'refused', re: 'put', code: 'disk/full', message: 'Cannot store the payload', payload }),
  );
  const putting = session.put({ sha256: payload, size: 2 * INITIAL_CREDIT_BYTES, file }, { signal });
  await expect(putting).rejects.toMatchObject({ code: 'disk/full' });
  expect(runner.heard.map(({ type }) => type)).not.toContain(END);
  await session[Symbol.asyncDispose]();
});

test('openSession() can be stopped while the server takes nothing of the runner', async () => {
  const opener = scriptedOpener((runner) => runner.needRunner());
  const stop = new AbortController();
  const stuck: RemoteOpener = {
    open: async (command, options) => {
      const remote = await opener.open(command, options);
      return { ...remote, stdin: new Writable({ highWaterMark: 1, write: () => {} }) };
    },
  };
  const opening = openSession(stuck, artifacts, {
    server: 'web',
    signal: stop.signal,
    onDeploy: (_artifact, { done }) => {
      if (done === 0) setImmediate(() => stop.abort(new Stopped('user')));
    },
  });
  await expect(opening).rejects.toMatchObject({ by: 'user' });
});

test.each([
  ['a tunnel with a number of ours', (runner: ScriptedRunner) => runner.say({ ...TUNNEL, stream: 7 })],
  [
    'a tunnel with a number of before',
    (runner: ScriptedRunner) => {
      for (let time = 0; time < 2; time++) runner.say(TUNNEL);
    },
  ],
  ['a tunnel to another door', (runner: ScriptedRunner) => runner.say({ ...TUNNEL, door: 'shell' })],
  ['data for a tunnel that nobody opened', (runner: ScriptedRunner) => runner.log(2 ** 31, 0, Buffer.alloc(1))],
  [
    'more through a tunnel than its credit',
    (runner: ScriptedRunner) => {
      runner.say(TUNNEL);
      for (let piece = 0; piece < 40; piece++) runner.log(2 ** 31, 0, Buffer.alloc(32_768));
    },
  ],
])('Session ends when the runner sends %s', async (_title, play) => {
  const opener = scriptedOpener((runner) => runner.greet());
  const sockets: Duplex[] = [];
  const helpers = { serve: ({ socket }: Tunnel) => void sockets.push(socket), attached: () => {} };
  const { session } = await openSession(opener, artifacts, { server: 'web', helpers, signal });
  const closed = new Promise((resolve) => session.onDidClose(resolve));
  play(opener.runners[0] ?? expect.unreachable());
  expect(await closed).toMatchObject({ code: 'session/violation' });
  expect(sockets.every(({ destroyed }) => destroyed)).toBe(true);
});

test('Session offers helpers with an attach, and says to whom it is attached before a script can ask', async () => {
  const opener = scriptedOpener((runner) => runner.greet());
  const told: string[] = [];
  const helpers = {
    serve: ({ job, door, after }: Tunnel) => void told.push(`${job} ${door} ${after}`),
    attached: (job: string, on: Session) => void told.push(`${job} on ${on.server}`),
  };
  const { session } = await openSession(opener, artifacts, { server: 'web', helpers, signal });
  const runner = opener.runners[0] ?? expect.unreachable();
  const attaching = session.attach(JOB, 0);
  const { stream, helpers: offered } = await runner.hears('attach');
  runner.say({ type: 'attached', job: JOB, stream, offset: 0, end: 0, state: STATE });
  runner.say(TUNNEL);
  await attaching;
  expect(offered).toBe(true);
  await expect.poll(() => told).toEqual([`${JOB} on web`, `${JOB} call 3`]);
  session.token(JOB, 'a.b.c');
  expect(await runner.hears('token')).toEqual({ type: 'token', job: JOB, token: 'a.b.c' });
});
