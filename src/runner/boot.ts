import { randomBytes } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { abortable, deadline } from '../base/wait.ts';
import { CroniumError } from '../domain/errors.ts';
import type { Progress } from '../domain/run-event.ts';
import type { Artifact } from './artifacts.ts';
import { type BootTrust, bootCommand } from './boot-script.ts';
import type { Runner } from './pin.ts';
import { Preamble } from './preamble.ts';
import type { Remote, RemoteOpener } from './remote.ts';

/** How long a login shell may take to bring the runner or a question; longer is a shell that hangs. */
const ANSWER_TIMEOUT_MS = 20_000;

/** An upload may still be in the buffers on the way when we have handed it over; 8 KiB/s is a very bad link. */
const SLOWEST_BYTES_PER_MS = 8;

/** A server that takes none of the runner's bytes for so long has a disk that hangs. */
const STUCK_MS = 60_000;

/** Bytes of the runner handed over in one piece, so that progress is seen and a slow wire slows only its own upload. */
const UPLOAD_PIECE_BYTES = 32_768;

export interface BootOptions {
  /** The server's name, for messages. */
  readonly server: string;
  /** Goes to the runner together with the request that starts it; must not hold a secret. */
  readonly ahead: Uint8Array;
  /** `ahead` is about to leave this machine: from here on the runner may act on it. */
  readonly onSent?: () => void;
  /** The server has thrown `ahead` away: whatever was in it did not happen. */
  readonly onDiscarded?: () => void;
  readonly onDeploy?: (artifact: Artifact, progress: Progress) => void;
  /** What the boot script takes as it finds it. */
  readonly trust: BootTrust;
  readonly signal: AbortSignal;
}

/** A runner that has said hello: what it wrote after its preamble, and whether it has read `ahead`. */
export interface Booted {
  readonly remote: Remote;
  /** Bytes that came behind the preamble and were already taken from `stdout`. */
  readonly rest: Uint8Array;
  readonly aheadWasRead: boolean;
  /** The runner that was installed on the way; absent on a warm start. */
  readonly deployed?: Artifact;
}

/**
 * Starts the runner on a server, installing it first where it is missing, all in one channel. A start that ends without a word
 * is tried once more with nothing sent ahead and without trusting an installed runner: it may be a torn file, or a login script
 * that reads its input.
 */
export async function bootRunner(
  opener: RemoteOpener,
  runners: readonly Runner[],
  options: BootOptions,
): Promise<Booted> {
  try {
    return await attempt(opener, runners, options);
  } catch (error) {
    if (!(error instanceof CroniumError) || !/^boot\/(silent|ended)$/.test(error.code)) throw error;
    // A version of which we have no bytes can only be started as it is.
    const canInstall = runners.every(({ artifact }) => artifact);
    const nothing = new Uint8Array(0);
    return await attempt(opener, runners, { ...options, ahead: nothing, trust: canInstall ? 'nothing' : 'checked' });
  }
}

async function attempt(opener: RemoteOpener, runners: readonly Runner[], options: BootOptions): Promise<Booted> {
  const nonce = randomBytes(16).toString('hex');
  const aheadBytes = options.ahead.length;
  const command = bootCommand(runners, { nonce, aheadBytes, trust: options.trust });
  const remote = await opener
    .open(command, {
      ahead: options.ahead,
      ...(options.onSent && options.ahead.length > 0 ? { onSent: options.onSent } : {}),
      ...(options.onDiscarded && options.ahead.length > 0 ? { onDiscarded: options.onDiscarded } : {}),
      signal: options.signal,
    })
    .catch((error: unknown) => {
      // What is sent into a channel that the server does not open reaches nobody.
      if (error instanceof CroniumError && error.code === 'connect/channel') options.onDiscarded?.();
      throw error;
    });
  let done = false;
  try {
    const preamble = new Preamble(remote, { nonce, server: options.server, timeoutMs: ANSWER_TIMEOUT_MS });
    const first = await preamble.next({ signal: options.signal });
    if (first.kind === 'hello') {
      done = true;
      return { remote, rest: first.rest, aheadWasRead: options.ahead.length > 0 };
    }
    options.onDiscarded?.();
    const artifact = findArtifact(options.server, runners, first.sha256);
    checkSpace(options.server, first, artifact);
    await upload(remote, artifact, { gzip: first.gzip, ...options });
    const second = await preamble.next({ signal: options.signal, extraMs: artifact.size / SLOWEST_BYTES_PER_MS });
    if (second.kind !== 'hello') {
      throw new CroniumError('boot/unknown', `Cannot deploy to "${options.server}": it asks for the runner twice`);
    }
    done = true;
    return { remote, rest: second.rest, aheadWasRead: false, deployed: artifact };
  } catch (error) {
    if (error instanceof CroniumError && NEVER_READ.test(error.code)) options.onDiscarded?.();
    throw error;
  } finally {
    if (!done) remote.close();
  }
}

function findArtifact(server: string, runners: readonly Runner[], asked: string): Artifact {
  const runner = runners.find(({ sha256 }) => sha256 === asked);
  if (!runner) throw new CroniumError('boot/unknown', `Cannot deploy to "${server}": it asks for an unknown runner`);
  if (runner.artifact) return runner.artifact;
  throw new CroniumError(
    'deploy/gone',
    `Cannot roll back "${server}": runner ${asked.slice(0, 8)} is not there any more; deploy the current one`,
  );
}

/** A boot script that gave up has read nothing but what it threw away; a runner that has not said hello has not read either. */
const NEVER_READ = /^(?:boot\/(?:platform|base|space|upload|unknown|ended|stuck)|deploy\/gone)$/;

function checkSpace(
  server: string,
  need: { readonly freeKiB: number; readonly base: string },
  artifact: Artifact,
): void {
  const neededKiB = Math.ceil(artifact.size / 1024) + 64;
  if (need.freeKiB >= neededKiB) return;
  throw new CroniumError(
    'boot/space',
    `Cannot deploy to "${server}": ${need.base} has ${need.freeKiB} KiB free, the runner needs ${neededKiB} KiB`,
  );
}

async function upload(
  remote: Remote,
  artifact: Artifact,
  options: BootOptions & { readonly gzip: boolean },
): Promise<void> {
  const packed = await artifact.load();
  const bytes = options.gzip ? packed : gunzipSync(packed);
  const total = bytes.length;
  options.onDeploy?.(artifact, { done: 0, total });
  remote.stdin.write(`${total} ${artifact.size}\n`);
  for (let at = 0; at < total; at += UPLOAD_PIECE_BYTES) {
    options.signal.throwIfAborted();
    const piece = bytes.subarray(at, at + UPLOAD_PIECE_BYTES);
    if (!remote.stdin.write(piece)) await drained(remote, options);
    options.onDeploy?.(artifact, { done: at + piece.length, total });
  }
}

/** Resolves when the pipe takes more, or when the process is gone (what it said then tells why). */
async function drained(remote: Remote, { server, signal }: BootOptions): Promise<void> {
  const taken = Promise.withResolvers<void>();
  const stuck = (): CroniumError =>
    new CroniumError('boot/stuck', `Cannot deploy to "${server}": it took nothing for ${STUCK_MS / 1000} s`);
  remote.stdin.once('drain', taken.resolve);
  try {
    await abortable(deadline(Promise.race([taken.promise, remote.exited]), STUCK_MS, stuck), { signal });
  } finally {
    remote.stdin.off('drain', taken.resolve);
  }
}
