import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, describe, expect, test } from 'vitest';
import { encodeFrame, FrameDecoder, FrameKind } from '../../src/runner/frame.ts';
import { type Hello, parseMessage, type StartMessage } from '../../src/runner/message.ts';
import { Session } from '../../src/runner/session.ts';

// The same transcripts are played against the real runner by runner/golden_test.go; here the client is the one that is tested.

interface Step {
  readonly from: 'client' | 'runner';
  readonly message?: { readonly type: string } & Record<string, unknown>;
  readonly stream?: number;
  readonly data?: string;
  readonly end?: boolean;
}

const testdata = new URL('../../runner/testdata/', import.meta.url);
const names = readdirSync(testdata).filter((name) => name.startsWith('session-'));
const folder = mkdtempSync(join(tmpdir(), 'cronium-transcripts-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe.each(names)('%s', (name) => {
  const { steps } = JSON.parse(readFileSync(new URL(name, testdata), 'utf8')) as { readonly steps: readonly Step[] };

  test('the client says what stands there, and understands every answer', async () => {
    const { session, said } = open(steps[0]?.message);
    const expected: unknown[] = [];
    for (const [index, step] of steps.entries()) {
      if (step.from === 'runner') {
        if (index > 0 && step.message) hear(session, step.message);
        continue;
      }
      if (step.message && speak(session, step.message, steps.slice(index + 1))) expected.push(step.message);
      await new Promise((resolve) => setImmediate(resolve));
    }
    const messages: unknown[] = [];
    const collect = (): unknown[] => {
      messages.push(...said().filter(({ type }) => type !== 'window' && type !== 'bye'));
      return messages;
    };
    await expect.poll(collect).toMatchObject(expected);
    expect(messages).toHaveLength(expected.length);
  });
});

test('an upload is the archive, in data frames, and an end', async () => {
  const { session, remote } = open({ type: 'hello' });
  const file = join(folder, 'archive');
  const archive = Buffer.alloc(100_000, 'archive');
  writeFileSync(file, archive);
  const stored = session.put({ sha256: 'aa', size: archive.length, file }, { signal: new AbortController().signal });
  const frames = new FrameDecoder();
  const pieces: Buffer[] = [];
  for await (const chunk of remote.stdin as AsyncIterable<Buffer>) {
    const seen = frames.push(chunk);
    for (const { kind, body } of seen) if (kind === FrameKind.data) pieces.push(Buffer.from(body));
    if (seen.some(({ kind }) => kind === FrameKind.end)) break;
  }
  hear(session, { type: 'stored', payload: 'aa' });
  await stored;
  expect(Buffer.concat(pieces).equals(archive)).toBe(true);
});

/** Does what makes the client say this message; false for one that the client never says. */
function speak(session: Session, message: NonNullable<Step['message']>, later: readonly Step[]): boolean {
  const job = String(message.job);
  const quiet = (promise: Promise<unknown>): void => void promise.catch(() => {});
  const { type } = message;
  switch (type) {
    case 'start': {
      const { type: _type, stream: _stream, ...fields } = message as unknown as StartMessage;
      const handle = session.start(fields);
      quiet(handle.answer);
      quiet(handle.started);
      return true;
    }
    case 'put': {
      const file = join(folder, `${later.length}`);
      const data = later.filter(({ from, stream }) => from === 'client' && stream === message.stream);
      writeFileSync(file, Buffer.from(data.map((step) => step.data ?? '').join(''), 'hex'));
      const payload = { sha256: String(message.payload), size: Number(message.size), file };
      quiet(session.put(payload, { signal: new AbortController().signal }));
      return true;
    }
    case 'cancel':
      quiet(session.cancel(job, String(message.install)));
      return true;
    case 'attach':
      // The client numbers its streams itself and never asks for what cannot be.
      if (Number(message.offset) < 0 || message.stream !== 4) return false;
      quiet(session.attach(job, Number(message.offset)));
      return true;
    case 'ack':
      session.ack(job, Number(message.offset));
      return true;
    case 'collect':
      session.collect();
      return true;
    case 'health':
    case 'inventory':
    case 'clean':
      quiet(session[type]({ signal: new AbortController().signal }));
      return true;
    case 'remove':
      quiet(session.remove(String(message.sha256), { signal: new AbortController().signal }));
      return true;
    default:
      return false;
  }
}

function open(hello: unknown): { session: Session; remote: { stdin: PassThrough }; said(): { type: string }[] } {
  const stdin = new PassThrough({ highWaterMark: 1_048_576 });
  const remote = {
    stdin,
    stdout: new PassThrough(),
    stderr: new PassThrough(),
    exited: new Promise<never>(() => {}),
    close: () => {},
  };
  const session = new Session(remote, concrete(hello) as Hello, { server: 'web-1', firstStream: 1 });
  const said = (): { type: string }[] =>
    new FrameDecoder()
      .push((stdin.read() as Buffer | null) ?? Buffer.alloc(0))
      .filter(({ kind }) => kind === FrameKind.message)
      .map(({ body }) => JSON.parse(Buffer.from(body).toString('utf8')));
  return { session, remote, said };
}

/** Gives the session a message of the runner, over the wire format. */
function hear(session: Session, message: unknown): void {
  const body = Buffer.from(JSON.stringify(concrete(message)));
  expect(parseMessage(body)).toBeDefined();
  const [frame] = new FrameDecoder().push(encodeFrame({ kind: FrameKind.message, stream: 0, body }));
  if (!frame) throw new Error('No frame');
  if ((message as { type: string }).type === 'bye') expect(() => session.receive(frame)).toThrow('ended the session');
  else session.receive(frame);
}

/** A transcript's value with something in place of each `*`, and without what may be absent (`?`). */
function concrete(value: unknown, key = ''): unknown {
  if (value === '*' && key === 'phase') return 'running';
  if (value === '*') return /At$|^(?:end|pid|bytes|cores|total|free)$/.test(key) ? 1 : 'x';
  if (Array.isArray(value)) return value.map((item) => concrete(item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== '?')
      .map(([name, item]) => [name, concrete(item, name)]),
  );
}
