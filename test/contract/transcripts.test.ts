import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, describe, expect, test } from 'vitest';
import type { DeskCall } from '../../src/runner/client-message.ts';
import { encodeFrame, type Frame, FrameDecoder, FrameKind } from '../../src/runner/frame.ts';
import { type Hello, parseMessage } from '../../src/runner/message.ts';
import { Session } from '../../src/runner/session.ts';
import type { StartMessage } from '../../src/runner/start-message.ts';
import type { Tunnel } from '../../src/runner/tunnel.ts';

// The same transcripts are played against the real runner by runner/golden_test.go; here the client is the one that is tested.

const FIRST_TUNNEL = 2 ** 31;

interface Step {
  readonly from: 'client' | 'runner';
  readonly message?: { readonly type: string } & Record<string, unknown>;
  readonly stream?: number;
  readonly data?: string;
  readonly json?: unknown;
  readonly end?: boolean;
}

const testdata = new URL('../../runner/testdata/', import.meta.url);
const names = readdirSync(testdata).filter((name) => name.startsWith('session-'));
const folder = mkdtempSync(join(tmpdir(), 'cronium-transcripts-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe.each(names)('%s', (name) => {
  const { steps } = JSON.parse(readFileSync(new URL(name, testdata), 'utf8')) as { readonly steps: readonly Step[] };

  test('the client says what stands there, and understands every answer', async () => {
    const { session, said, tunnels } = open(steps[0]?.message);
    const expected: unknown[] = [];
    const streams = new Map<number, { data: string; end: boolean }>();
    for (const [index, step] of steps.entries()) {
      const { message, stream = 0 } = step;
      if (step.from === 'runner') {
        if (index > 0 && message) hear(session, message);
        if (step.json) await ask(session, stream, step.json, tunnels.at(-1));
        continue;
      }
      const later = steps.slice(index + 1);
      if (message && speak(session, message, later)) {
        expected.push(message);
        const context = (message as Partial<StartMessage>).context;
        if (context) streams.set(context.stream, { data: contentOf(later, context.stream), end: true });
      }
      if (stream >= FIRST_TUNNEL) {
        streams.set(stream, { data: contentOf(steps, stream), end: true });
        if (step.data) tunnels.at(-1)?.socket.write(Buffer.from(step.data, 'hex'));
        if (step.end) tunnels.at(-1)?.socket.end();
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
    const messages: unknown[] = [];
    const sent = new Map<number, { data: string; end: boolean }>();
    const collect = (): unknown[] => {
      const { messages: more, frames } = said();
      messages.push(...more.filter(({ type }) => type !== 'window' && type !== 'bye'));
      for (const { kind, stream, body } of frames) {
        const { data } = sent.get(stream) ?? { data: '' };
        if (streams.has(stream)) {
          sent.set(stream, { data: data + Buffer.from(body).toString('hex'), end: kind === FrameKind.end });
        }
      }
      return messages;
    };
    await expect.poll(collect).toMatchObject(expected);
    expect(messages).toHaveLength(expected.length);
    expect(sent).toEqual(streams);
  });
});

/** What the client says on a stream, in hex digits. */
function contentOf(steps: readonly Step[], stream: number): string {
  const own = steps.filter((step) => step.from === 'client' && step.stream === stream);
  return own.map(({ data }) => data ?? '').join('');
}

/** The runner asks through a tunnel; what comes out of it here is the question. */
async function ask(session: Session, stream: number, question: unknown, tunnel: Tunnel | undefined): Promise<void> {
  const body = Buffer.from(JSON.stringify(concrete(question)));
  session.receive({ kind: FrameKind.data, stream, body });
  session.receive({ kind: FrameKind.end, stream, body: Buffer.alloc(0) });
  const pieces: Buffer[] = [];
  for await (const piece of tunnel?.socket.iterator({ destroyOnReturn: false }) ?? []) pieces.push(piece);
  expect(Buffer.concat(pieces).equals(body)).toBe(true);
}

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
      const {
        type: _type,
        stream: _stream,
        context,
        helpers: _helpers,
        ...fields
      } = message as unknown as StartMessage;
      const bytes = context && Buffer.from(contentOf(later, context.stream), 'hex');
      const handle = session.start(fields, bytes ? { context: bytes } : {});
      quiet(handle.answer);
      quiet(handle.started);
      return true;
    }
    case 'put': {
      const file = join(folder, `${later.length}`);
      writeFileSync(file, Buffer.from(contentOf(later, Number(message.stream)), 'hex'));
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
    case 'token':
      session.token(job, String(message.token));
      return true;
    case 'call': {
      // The client asks nothing else of a desk.
      if (message.verb !== 'secret' && message.verb !== 'hide') return false;
      const { id: _id, job: _job, type: _type, ...call } = message as unknown as DeskCall & Record<string, unknown>;
      quiet(session.call(job, call as DeskCall, { signal: new AbortController().signal }));
      return true;
    }
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

function open(hello: unknown): {
  session: Session;
  remote: { stdin: PassThrough };
  tunnels: readonly Tunnel[];
  said(): { messages: { type: string }[]; frames: readonly Frame[] };
} {
  const stdin = new PassThrough({ highWaterMark: 1_048_576 });
  const remote = {
    stdin,
    stdout: new PassThrough(),
    stderr: new PassThrough(),
    exited: new Promise<never>(() => {}),
    close: () => {},
  };
  const greeting = concrete(hello) as Partial<Hello>;
  const tunnels: Tunnel[] = [];
  const session = new Session(remote, { capabilities: [], ...greeting } as Hello, {
    server: 'web-1',
    firstStream: 1,
    ...(greeting.capabilities?.includes('helpers')
      ? { helpers: { serve: (tunnel: Tunnel) => void tunnels.push(tunnel), attached: () => {} } }
      : {}),
  });
  const said = (): { messages: { type: string }[]; frames: readonly Frame[] } => {
    const frames = new FrameDecoder().push((stdin.read() as Buffer | null) ?? Buffer.alloc(0));
    const messages = frames.filter(({ kind }) => kind === FrameKind.message);
    return {
      messages: messages.map(({ body }) => JSON.parse(Buffer.from(body).toString('utf8'))),
      frames: frames.filter(({ kind }) => kind !== FrameKind.message),
    };
  };
  return { session, remote, tunnels, said };
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

/** A transcript's value with something in place of each `*`, the first of alternatives (`a|b`), and without what may be absent (`?`). */
function concrete(value: unknown, key = ''): unknown {
  if (value === '*') return /At$|^(?:end|pid|bytes|cores|total|free)$/.test(key) ? 1 : 'x';
  if (typeof value === 'string') return value.split('|', 1)[0];
  if (Array.isArray(value)) return value.map((item) => concrete(item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== '?')
      .map(([name, item]) => [name, concrete(item, name)]),
  );
}
