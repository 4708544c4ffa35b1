import { readFileSync } from 'node:fs';
import { abortable, deadline } from '../base/wait.ts';
import { CroniumError, sentence } from '../domain/errors.ts';
import type { Progress } from '../domain/run-event.ts';
import type { Artifact, Artifacts } from './artifacts.ts';
import { bootRunner } from './boot.ts';
import type { BootTrust } from './boot-script.ts';
import { encodeFrame, FrameDecoder, FrameKind, MAX_BODY_BYTES } from './frame.ts';
import { type Hello, parseMessage } from './message.ts';
import { encodeMessage } from './outbox.ts';
import { type Pin, runnerTable } from './pin.ts';
import type { Remote, RemoteOpener } from './remote.ts';
import { Session } from './session.ts';
import type { SessionHelpers, StartHandle } from './session-start.ts';
import type { StartFields, StartMessage } from './start-message.ts';

/** The version of docs/protocol.md that this client speaks. */
const PROTOCOL = 1;

/** A payload up to this size goes along with the first `start` instead of waiting for the server to ask. */
const SMALL_PAYLOAD_BYTES = 262_144;

/** A context up to this size goes along, too. */
const SMALL_CONTEXT_BYTES = 65_536;

/** How long the hello may take behind the preamble: it is one write of the runner. */
const HELLO_TIMEOUT_MS = 20_000;

/** A first job to send together with the request that starts the runner, so that a warm start costs no extra round trip. */
export interface FirstStart {
  readonly start: StartFields;
  /** JSON, at most 32 MiB: what the script may ask for. */
  readonly context?: Uint8Array;
  /** Sent along when it is small; absent when the server is known to hold it. */
  readonly payload?: { readonly sha256: string; readonly size: number; readonly file: string };
}

export interface OpenSessionOptions {
  readonly server: string;
  /** Sent ahead only when it holds no secret. */
  readonly first?: FirstStart;
  /** `first` is about to leave this machine. */
  readonly onSent?: () => void;
  /** The server has thrown `first` away; it is sent again after the hello. */
  readonly onDiscarded?: () => void;
  readonly onDeploy?: (artifact: Artifact, progress: Progress) => void;
  /** Puts the runner on the server anew, also where it is there. */
  readonly force?: true;
  /** Another runner version than ours, for servers of its platform that have it from before. */
  readonly pin?: Pin;
  /** Absent: nobody answers what scripts ask. */
  readonly helpers?: SessionHelpers;
  readonly signal: AbortSignal;
}

export interface OpenedSession {
  readonly session: Session;
  /** The runner that was installed on the way. */
  readonly deployed?: Artifact;
  /** The handle of `first`. */
  readonly first?: StartHandle;
}

/**
 * Starts the runner on a server (installing it where it is missing) and opens the session with it, in one channel. Throws
 * `CroniumError` `deploy/gone` when the runner that is pinned is not on the server.
 */
export async function openSession(
  opener: RemoteOpener,
  artifacts: Artifacts,
  options: OpenSessionOptions,
): Promise<OpenedSession> {
  const trust = options.force ? 'nothing' : 'place';
  try {
    return await open(opener, artifacts, { ...options, trust });
  } catch (error) {
    // Something else runs under the name of ours, such as a copy with a damaged byte: ours takes its place, once. If it has read a
    // start, the job is known by its id.
    const isForeign = error instanceof CroniumError && error.code === 'session/hash';
    if (!isForeign || options.force || options.pin) throw error;
    return await open(opener, artifacts, { ...options, trust: 'nothing' });
  }
}

async function open(
  opener: RemoteOpener,
  artifacts: Artifacts,
  options: OpenSessionOptions & { readonly trust: BootTrust },
): Promise<OpenedSession> {
  const { first, server } = options;
  const runners = runnerTable(artifacts.all, options.pin);
  // A version from before may not know what a context is.
  const mayGoAhead = first && !hasSecrets(first.start) && !(first.context && options.pin);
  const ahead = mayGoAhead ? encodeFirst(first, options) : undefined;
  const booted = await bootRunner(opener, runners, {
    server,
    trust: options.trust,
    ahead: ahead?.bytes ?? new Uint8Array(0),
    ...(options.onSent ? { onSent: options.onSent } : {}),
    ...(options.onDiscarded ? { onDiscarded: options.onDiscarded } : {}),
    ...(options.onDeploy ? { onDeploy: options.onDeploy } : {}),
    signal: options.signal,
  });
  const { remote, deployed } = booted;
  const send = (write: () => void): void => {
    try {
      options.signal.throwIfAborted();
    } catch (reason) {
      remote.close();
      throw reason;
    }
    options.onSent?.();
    write();
  };
  if (ahead && !booted.aheadWasRead) send(() => remote.stdin.write(ahead.bytes));
  const expected = new Set(runners.map(({ sha256 }) => sha256));
  let handle: StartHandle | undefined;
  let session: Session;
  try {
    session = await greet(remote, booted.rest, {
      server,
      firstStream: ahead?.nextStream ?? 1,
      expected,
      ...(options.helpers ? { helpers: options.helpers } : {}),
      signal: options.signal,
      // In the same turn as the hello: the answer to what was sent ahead may stand right behind it.
      onGreeted: (greeted) => {
        if (ahead) handle = greeted.expectStart(ahead.start, ahead.lateContext);
      },
    });
  } catch (error) {
    if (!(error instanceof CroniumError) || error.code !== 'boot/base') throw error;
    // A runner that has no place to work in reads nothing. Where it is kept others may write: the script finds another place.
    options.onDiscarded?.();
    if (options.trust !== 'place') throw error;
    return await open(opener, artifacts, { ...options, trust: 'checked' });
  }
  if (first && !handle) {
    send(() => {
      handle = session.start(first.start, first.context ? { context: first.context } : {});
    });
  }
  return { session, ...(deployed ? { deployed } : {}), ...(handle ? { first: handle } : {}) };
}

function hasSecrets(start: FirstStart['start']): boolean {
  return start.api !== undefined || (start.secrets !== undefined && Object.keys(start.secrets).length > 0);
}

interface Ahead {
  readonly bytes: Uint8Array;
  readonly start: StartMessage;
  readonly nextStream: number;
  /** Too large to go ahead. */
  readonly lateContext?: Uint8Array;
}

/** The frames of `put` (for a small payload), `start` and its context (a small one), on the first stream numbers of the session. */
function encodeFirst(first: FirstStart, options: Pick<OpenSessionOptions, 'helpers'>): Ahead {
  const frames: Uint8Array[] = [];
  let stream = 1;
  const { payload, context } = first;
  if (payload && payload.size <= SMALL_PAYLOAD_BYTES) {
    frames.push(encodeMessage({ type: 'put', payload: payload.sha256, size: payload.size, stream }));
    frames.push(...encodeStream(stream++, readFileSync(payload.file)));
  }
  const start: StartMessage = {
    type: 'start',
    ...first.start,
    stream: stream++,
    ...(context ? { context: { stream: stream++, size: context.length } } : {}),
    ...(options.helpers ? { helpers: true } : {}),
  };
  frames.push(encodeMessage(start));
  const goesAhead = context !== undefined && context.length <= SMALL_CONTEXT_BYTES;
  if (goesAhead && start.context) frames.push(...encodeStream(start.context.stream, context));
  return {
    bytes: Buffer.concat(frames),
    start,
    nextStream: stream,
    ...(context && !goesAhead ? { lateContext: context } : {}),
  };
}

/** All of a stream: its data and its end. */
function encodeStream(stream: number, bytes: Uint8Array): Uint8Array[] {
  const frames: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += MAX_BODY_BYTES) {
    frames.push(encodeFrame({ kind: FrameKind.data, stream, body: bytes.subarray(at, at + MAX_BODY_BYTES) }));
  }
  frames.push(encodeFrame({ kind: FrameKind.end, stream, body: new Uint8Array(0) }));
  return frames;
}

interface GreetOptions {
  readonly server: string;
  readonly firstStream: number;
  readonly expected: ReadonlySet<string>;
  readonly helpers?: SessionHelpers;
  readonly signal: AbortSignal;
  onGreeted(session: Session): void;
}

/** Reads frames from now on: the first is the hello, all others are the session's. */
async function greet(remote: Remote, rest: Uint8Array, options: GreetOptions): Promise<Session> {
  const decoder = new FrameDecoder();
  const saidHello = Promise.withResolvers<Session>();
  let session: Session | undefined;
  let isOver = false;
  const fail = (error: CroniumError): void => {
    isOver = true;
    session?.close(error);
    saidHello.reject(error);
    remote.close();
  };
  const push = (bytes: Uint8Array): void => {
    if (isOver) return;
    try {
      for (const frame of decoder.push(bytes)) {
        if (session) {
          session.receive(frame);
          continue;
        }
        session = new Session(remote, checkHello(frame.body, options), options);
        options.onGreeted(session);
        saidHello.resolve(session);
      }
    } catch (error) {
      if (!(error instanceof CroniumError)) throw error;
      if (error.code === 'boot/base') return fail(error);
      // Its own code whatever the violation was: what a runner says wrongly tells nothing of a job.
      const code = error.code.startsWith('session/') ? error.code : 'session/violation';
      fail(
        new CroniumError(code, `The session with "${options.server}" is over: ${sentence(error)}`, { cause: error }),
      );
    }
  };
  remote.stdin.on('error', () => {
    // A broken pipe adds nothing to what `exited` says.
  });
  remote.exited.then((end) => {
    const found =
      end.kind === 'disconnected' ? end.message : `the runner has ended${decoder.isCut ? ' in mid-frame' : ''}`;
    fail(new CroniumError('session/closed', `The session with "${options.server}" is over: ${found}`));
  });
  remote.stdout.on('data', push);
  if (rest.length > 0) push(rest);
  try {
    return await abortable(
      deadline(saidHello.promise, HELLO_TIMEOUT_MS, () => silent(options.server)),
      options,
    );
  } catch (error) {
    remote.close();
    throw error;
  }
}

function checkHello(body: Uint8Array, { server, expected }: GreetOptions): Hello {
  const hello = parseMessage(body);
  if (hello?.type === 'bye' && hello.code === 'base') {
    throw new CroniumError('boot/base', `Cannot start the runner on "${server}": ${hello.message}`);
  }
  if (hello?.type !== 'hello') {
    throw new CroniumError('session/hello', `the runner on "${server}" did not say hello`);
  }
  if (hello.protocol !== PROTOCOL) {
    throw new CroniumError(
      'session/protocol',
      `it speaks version ${hello.protocol} of the protocol, we speak ${PROTOCOL}`,
    );
  }
  if (!expected.has(hello.sha256)) {
    throw new CroniumError('session/hash', 'its runner is not one of ours: the hash of its executable is another');
  }
  return hello;
}

function silent(server: string): CroniumError {
  return new CroniumError('session/hello', `The runner on "${server}" said nothing in ${HELLO_TIMEOUT_MS / 1000} s`);
}
