import { expect } from 'vitest';
import type { CroniumError } from '../../../src/domain/errors.ts';
import type { Attachment } from '../../../src/runner/attachment.ts';
import { encodeFrame } from '../../../src/runner/frame.ts';
import { openSession } from '../../../src/runner/runner.ts';
import type { Session } from '../../../src/runner/session.ts';
import { artifacts, type ScriptedRunner, scriptedOpener } from '../../fixtures/scripted-runner.ts';
import { fault } from '../fault.ts';
import { calm } from './calm.ts';

const JOB = 'b'.repeat(32);
const STATE = { job: JOB, phase: 'running', end: 0 };
const { signal } = new AbortController();
const CLEAN = /^[^\p{Cc}\p{Cf}]{1,6000}$/u;

interface Given {
  readonly runner: ScriptedRunner;
  /** Of the log that we are attached to. */
  readonly stream: number;
}

const bytes = (kind: number, stream: number, body: Uint8Array = new Uint8Array(0)) =>
  encodeFrame({ kind: kind as never, stream, body });
const header = (length: number, kind: number, stream: number) => {
  const made = Buffer.alloc(9);
  made.writeUInt32BE(length);
  made[4] = kind;
  made.writeUInt32BE(stream, 5);
  return made;
};
const attached = { type: 'attached', job: JOB, offset: 0, end: 0, state: STATE };

/** What a runner does with a session that stands: each ends it with a reason. */
const VIOLATIONS: Readonly<Record<string, (given: Given) => void>> = {
  'a frame of kind 0': ({ runner }) => runner.sayBytes(bytes(0, 1)),
  'a frame of kind 5': ({ runner }) => runner.sayBytes(bytes(5, 1)),
  'a frame of kind 255': ({ runner }) => runner.sayBytes(header(0, 255, 1)),
  'a frame that says it is one byte too long': ({ runner }) => runner.sayBytes(header(65_537, 2, 1)),
  'a frame that says it is 4 GiB long': ({ runner }) => runner.sayBytes(header(0xffff_ffff, 1, 0)),
  'a message on a stream': ({ runner, stream }) =>
    runner.sayBytes(bytes(1, stream, Buffer.from('{"type":"pong","id":1}'))),
  'data on no stream': ({ runner }) => runner.sayBytes(bytes(2, 0, Buffer.alloc(9))),
  'an end of no stream': ({ runner }) => runner.sayBytes(bytes(3, 0)),
  'an end with a body': ({ runner, stream }) => runner.sayBytes(bytes(3, stream, Buffer.from('x'))),
  'a reset with a body': ({ runner, stream }) => runner.sayBytes(bytes(4, stream, Buffer.from('x'))),
  'data on a stream that nobody opened': ({ runner }) => runner.log(77, 0, Buffer.from('x')),
  'an end of a stream that nobody opened': ({ runner }) => runner.endLog(77),
  'data on a stream of its own': ({ runner }) => runner.log(2 ** 31 + 1, 0, Buffer.from('x')),
  'a piece of a log without an offset': ({ runner, stream }) => runner.sayBytes(bytes(2, stream, Buffer.alloc(7))),
  'a piece of a log at an offset beyond all numbers': ({ runner, stream }) =>
    runner.sayBytes(bytes(2, stream, Buffer.alloc(9, 0xff))),
  'a log that goes back': ({ runner, stream }) => {
    runner.log(stream, 100, Buffer.from('x'));
    runner.log(stream, 100, Buffer.from('y'));
  },
  'a log twice': ({ runner, stream }) => runner.say({ ...attached, stream }),
  'more of a log than its credit': ({ runner, stream }) => {
    for (let at = 0; at < 40; at += 1) runner.log(stream, at * 32_768, Buffer.alloc(32_768));
  },
  'a million empty pieces of a log': ({ runner, stream }) => {
    const many = Buffer.concat(Array.from({ length: 10_000 }, () => bytes(2, stream, Buffer.alloc(8))));
    for (let count = 0; count < 20; count += 1) runner.sayBytes(many);
  },
  'a message that is no JSON': ({ runner }) => runner.sayRaw('{"type":'),
  'a message that is a list': ({ runner }) => runner.sayRaw('["type"]'),
  'a message that is nothing': ({ runner }) => runner.sayRaw('null'),
  'an empty message': ({ runner }) => runner.sayRaw(''),
  'a message without a type': ({ runner }) => runner.say({ id: 1 }),
  'a message whose type is a number': ({ runner }) => runner.say({ type: 7 }),
  'a message that is no text': ({ runner }) => runner.sayBytes(bytes(1, 0, Buffer.from([0x22, 0xff, 0x22]))),
  'a message of 30,000 lists in each other': ({ runner }) => runner.sayRaw('['.repeat(30_000)),
  'the state of another job under this one’s name': ({ runner }) =>
    runner.say({ type: 'state', job: JOB, state: { ...STATE, job: 'c'.repeat(32), phase: 'ended' } }),
  'a state without a phase': ({ runner }) => runner.say({ type: 'state', job: JOB, state: { job: JOB } }),
  'a state of a phase that there is not': ({ runner }) =>
    runner.say({ type: 'state', job: JOB, state: { ...STATE, phase: 'won' } }),
  'a state that ended before time': ({ runner }) =>
    runner.say({ type: 'state', job: JOB, state: { ...STATE, endedAt: -1 } }),
  'an exit without a reason': ({ runner }) =>
    runner.say({ type: 'state', job: JOB, state: { ...STATE, exit: { code: 0 } } }),
  'an exit whose code is no number': ({ runner }) =>
    runner.say({ type: 'state', job: JOB, state: { ...STATE, exit: { reason: 'exited', code: '0' } } }),
  'a size beyond all numbers': ({ runner }) =>
    runner.say({ type: 'state', job: JOB, state: { ...STATE, end: 2 ** 53 } }),
  'credit that is no number': ({ runner, stream }) => runner.say({ type: 'window', stream, bytes: 'all' }),
  'credit that is taken back': ({ runner, stream }) => runner.say({ type: 'window', stream, bytes: -1 }),
  'a refusal without a reason': ({ runner }) => runner.say({ type: 'refused', re: 'start' }),
  'a refusal that speaks as if the connection were gone': ({ runner }) =>
    runner.say({ type: 'refused', re: 'start', job: JOB, code: 'session/closed', message: 'x' }),
  'a refusal that speaks as if the host key had changed': ({ runner }) =>
    runner.say({ type: 'refused', re: 'start', job: JOB, code: 'connect/hostkey-changed', message: 'x' }),
  'a refusal whose code would act on a terminal': ({ runner }) =>
    runner.say({ type: 'refused', re: 'start', job: JOB, code: '\x1b[2J', message: 'x' }),
  'a health without numbers': ({ runner }) => runner.say({ type: 'health', id: 1, cores: 'many' }),
  'an inventory of things that there are not': ({ runner }) =>
    runner.say({ type: 'inventory', id: 1, items: [{ kind: 'rootkit', name: 'x', bytes: 1 }] }),
  'an inventory that is no list': ({ runner }) => runner.say({ type: 'inventory', id: 1, items: {} }),
  'a goodbye': ({ runner }) => runner.say({ type: 'bye', code: 'frame/kind', message: '\x1b[2Jyou broke it\u202e' }),
  'a goodbye that is as long as a message can be': ({ runner }) =>
    runner.say({ type: 'bye', code: 'limit', message: 'x'.repeat(60_000) }),
  'the end of the process in the middle of a frame': ({ runner }) => {
    runner.sayBytes(header(100, 1, 0));
    runner.end({ kind: 'exited', code: 137 });
  },
};

for (const [what, break_] of Object.entries(VIOLATIONS)) {
  fault(['T19', 'T16'], `a runner sends ${what}: the session ends with a reason, others go on`, async () => {
    const quiet = calm();
    const opener = scriptedOpener((runner) => runner.greet());
    const other = await openSession(opener, artifacts, { server: 'other', signal });
    const { session, runner, stream } = await attach();
    const closed = new Promise<CroniumError>((resolve) => session.onDidClose(resolve));
    const waiting = session.cancel(JOB, 'i').catch((error: unknown) => error);
    break_({ runner, stream });
    const error = await closed;
    expect(error.code).toMatch(/^session\/(?:violation|closed)$/);
    expect(error.message).toMatch(/^The session with "web" is over: ./);
    expect(error.message).toMatch(CLEAN);
    expect(await waiting).toBe(error);
    // Whatever comes behind it is heard by nobody.
    runner.say({ type: 'state', job: JOB, state: STATE });
    expect(opener.runners).toHaveLength(1);
    const asked = other.session.health({ signal });
    opener.runners[0]?.say({ type: 'health', id: 1, cores: 2, disk: { total: 1, free: 1 }, jobs: 0 });
    expect(await asked).toMatchObject({ cores: 2 });
    await other.session[Symbol.asyncDispose]();
    await quiet.isBack();
  });
}

fault(['T19'], 'megabytes of messages that mean nothing are passed over, in bounded memory', async () => {
  const quiet = calm();
  const { session, runner } = await attach();
  const nothing = JSON.stringify({ type: 'nothing', filler: 'x'.repeat(60_000) });
  for (let count = 0; count < 2_000; count += 1) {
    runner.sayRaw(nothing);
    // As on a wire: what was said is heard before the next is.
    if (count % 20 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  const asked = session.health({ signal });
  runner.say({ type: 'health', id: 1, cores: 2, disk: { total: 1, free: 1 }, jobs: 0 });
  expect(await asked).toMatchObject({ cores: 2 });
  await session[Symbol.asyncDispose]();
  await quiet.isBack();
});

fault(['T19'], 'an inventory without an end is given up, by number and by size', async () => {
  for (const name of ['x', 'n'.repeat(4_000)]) {
    const quiet = calm();
    const { session, runner } = await attach();
    const asked = session.inventory({ signal }).catch((error: unknown) => error);
    const items = Array.from({ length: name.length > 1 ? 14 : 1_000 }, () => ({ kind: 'other', name, bytes: 1 }));
    const page = JSON.stringify({ type: 'inventory', id: 1, items, more: true });
    for (let count = 0; session.closed === undefined && count < 10_000; count += 1) {
      runner.sayRaw(page);
      if (count % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await asked).toMatchObject({ code: 'session/violation', message: expect.stringMatching(/lists more than/) });
    await quiet.isBack();
  }
});

/** A session with one log that is attached. */
async function attach(): Promise<{ session: Session; runner: ScriptedRunner; stream: number; attachment: Attachment }> {
  const opener = scriptedOpener((runner) => runner.greet());
  const { session } = await openSession(opener, artifacts, { server: 'web', signal });
  const runner = opener.runners[0] ?? expect.unreachable();
  const attaching = session.attach(JOB, 0);
  const stream = Number((await runner.hears('attach')).stream);
  runner.say({ ...attached, stream });
  return { session, runner, stream, attachment: (await attaching).attachment };
}
