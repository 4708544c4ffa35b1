import { expect } from 'vitest';
import { CroniumError } from '../../../src/domain/errors.ts';
import { encodeFrame } from '../../../src/runner/frame.ts';
import { openSession } from '../../../src/runner/runner.ts';
import { artifacts, type ScriptedRunner, scriptedOpener } from '../../fixtures/scripted-runner.ts';
import { fault } from '../fault.ts';
import { calm } from './calm.ts';

const { signal } = new AbortController();
const CLEAN = /^[^\p{Cc}\p{Cf}]{1,6000}$/u;

type Play = (runner: ScriptedRunner) => unknown;

/** What answers behind SSH before it has said hello. */
const BOOTS: Readonly<Record<string, { readonly play: Play; readonly code: string; readonly message?: RegExp }>> = {
  'noise without an end': {
    play: (runner) => flood(runner, 'x'.repeat(10_000)),
    code: 'boot/silent',
    message: /other output/,
  },
  'lines without an end': { play: (runner) => flood(runner, 'motd\n'.repeat(2_000)), code: 'boot/silent' },
  'zeros without an end': { play: (runner) => flood(runner, '\0'.repeat(10_000)), code: 'boot/silent' },
  'an answer without an end': {
    play: (runner) => flood(runner, 'x'.repeat(10_000), 'need '),
    code: 'boot/silent',
    message: /endless line/,
  },
  'errors without an end, then nothing': {
    play: (runner) => complainAtLength(runner, 'E'.repeat(100_000), 1_500),
    code: 'boot/ended',
  },
  'exit 0 and not a word': { play: (runner) => runner.end({ kind: 'exited', code: 0 }), code: 'boot/ended' },
  'what acts on a terminal': {
    play: (runner) => {
      runner.sayBytes('\x1b]0;owned\x07\x1b[2J\u202egnp\u0000\x9b31m ✔ prod: success\r\n');
      runner.complain('\x1b[2Jand this');
      runner.end({ kind: 'signalled', signal: 'SIGKILL' });
    },
    code: 'boot/ended',
    message: /it printed "gnp.*✔ prod: success and this"$/,
  },
  'the hello of another session': {
    play: (runner) => {
      runner.sayBytes(`CRN1 ${'0'.repeat(32)} hello\n`);
      runner.end({ kind: 'exited', code: 0 });
    },
    code: 'boot/ended',
  },
  'a question for a runner that there is not': {
    play: (runner) => runner.preamble(`need ${'9'.repeat(64)} gzip=1 sum=1 free=9 Linux x86_64 /b`),
    code: 'boot/unknown',
  },
  'a question for a runner that is none': {
    play: (runner) => runner.preamble('need ../../x gzip=1 sum=1 free=9 Linux x86_64 /b'),
    code: 'boot/upload',
  },
  'a question for the runner, again and again': {
    play: (runner) => {
      runner.needRunner();
      runner.needRunner();
    },
    code: 'boot/unknown',
  },
  'a full disk in the terminal’s language': {
    play: (runner) =>
      runner.preamble(`need ${'a'.repeat(64)} gzip=1 sum=1 free=1 Linux x86_64 /b\x1b[2J${'b'.repeat(9_000)}`),
    code: 'boot/space',
  },
  'a failure in the terminal’s language': {
    play: (runner) => runner.fail('base \x1b[2J/x\u202e /y'),
    code: 'boot/base',
  },
  'a failure that is none of ours': { play: (runner) => runner.fail('\x1b]8;;http://evil\x07'), code: 'boot/upload' },
  'a platform without an end': {
    play: (runner) => runner.fail(`platform ${'p'.repeat(60_000)}`),
    code: 'boot/platform',
  },
  'the hello and then nothing, and ends': {
    play: (runner) => {
      runner.preamble('hello');
      runner.end({ kind: 'exited', code: 0 });
    },
    code: 'session/closed',
  },
  'a hello with another hash': { play: (runner) => runner.greet({ sha256: '9'.repeat(64) }), code: 'session/hash' },
  'a hello of another protocol': { play: (runner) => runner.greet({ protocol: 2 }), code: 'session/protocol' },
  'a hello without a hash': { play: (runner) => runner.greet({ sha256: undefined }), code: 'session/violation' },
  'a hello whose hash is a list': {
    play: (runner) => runner.greet({ sha256: ['a'.repeat(64)] }),
    code: 'session/violation',
  },
  'something else in place of the hello': {
    play: (runner) => runner.greet({ type: 'pong', id: 1 }),
    code: 'session/hello',
  },
  'an unknown message in place of the hello': {
    play: (runner) => runner.greet({ type: 'welcome' }),
    code: 'session/hello',
  },
  'no JSON in place of the hello': { play: greetRaw('{"type":"hello"'), code: 'session/violation' },
  'garbage in place of the hello': { play: greetBytes(Buffer.alloc(100, 0xff)), code: 'session/violation' },
  'data in place of the hello': {
    play: greetBytes(encodeFrame({ kind: 2, stream: 1, body: Buffer.from('x') })),
    code: 'session/violation',
  },
  'a goodbye in place of the hello': {
    play: greetRaw(JSON.stringify({ type: 'bye', code: 'base', message: '\x1b[2Jno' })),
    code: 'boot/base',
  },
};

for (const [what, { play, code, message = CLEAN }] of Object.entries(BOOTS)) {
  fault(['T19', 'T16'], `behind SSH answers ${what}: told in a sentence`, async () => {
    const quiet = calm();
    const failed = await openSession(scriptedOpener(play), artifacts, { server: 'web', signal }).then(
      () => expect.unreachable(),
      (error: unknown) => error as CroniumError,
    );
    expect(failed).toBeInstanceOf(CroniumError);
    expect(failed.code).toBe(code);
    expect(failed.message).toMatch(message);
    expect(failed.message).toMatch(CLEAN);
    expect(failed.message.length).toBeLessThan(1_500);
    await quiet.isBack();
  });
}

function flood(runner: ScriptedRunner, text: string, answer?: string): void {
  if (answer !== undefined) runner.preamble(answer, '');
  const pump = (): void => {
    if (runner.isOver) return;
    runner.sayBytes(text);
    setImmediate(pump);
  };
  pump();
}

/** Says so much on stderr, as fast as it is read, and ends. */
async function complainAtLength(runner: ScriptedRunner, text: string, times: number): Promise<void> {
  for (let count = 0; count < times; count += 1) {
    // A string that is only joined is one in memory.
    runner.complain(`${count}${text}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
  runner.end({ kind: 'exited', code: 0 });
}

function greetRaw(text: string): Play {
  return greetBytes(encodeFrame({ kind: 1, stream: 0, body: Buffer.from(text) }));
}

function greetBytes(said: Uint8Array): Play {
  return (runner) => {
    runner.preamble('hello');
    runner.sayBytes(said);
  };
}
