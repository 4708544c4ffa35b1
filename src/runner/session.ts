import { Emitter } from '../base/emitter.ts';
import { eventLoop } from '../base/loop-share.ts';
import { abortable, deadline } from '../base/wait.ts';
import { CroniumError, RefusedError } from '../domain/errors.ts';
import { Answers } from './answers.ts';
import type { Attachment } from './attachment.ts';
import { Attachments } from './attachments.ts';
import type { DeskCall } from './client-message.ts';
import { type Frame, FrameKind } from './frame.ts';
import { inTime } from './in-time.ts';
import { Listing } from './listing.ts';
import {
  type DeskAnswer,
  type Hello,
  type JobState,
  parseMessage,
  type Refused,
  type RunnerMessage,
} from './message.ts';
import { Outbox } from './outbox.ts';
import { feelPulse, type Pulse } from './pulse.ts';
import { Questions } from './questions.ts';
import type { Remote } from './remote.ts';
import type { Cleaned, HealthReport, StoredItem } from './server-report.ts';
import type { SessionHelpers, SessionOptions, StartHandle } from './session-start.ts';
import { type StartFields, type StartMessage, understood } from './start-message.ts';
import { Starts } from './starts.ts';
import { Tunnels } from './tunnels.ts';
import { uploadBytes, uploadFile } from './upload.ts';

/** From the last byte of an archive handed over to the runner's word: what is on the way has to arrive on a bad link, too. */
const STORE_TIMEOUT_MS = 600_000;

/** How long a closed session's process may take to go before its channel is dropped. */
const CLOSE_TIMEOUT_MS = 2_000;

/** The conversation with one server's runner, over one byte stream. Many jobs share it. */
export class Session implements AsyncDisposable {
  readonly hello: Hello;
  readonly server: string;
  readonly #remote: Remote;
  readonly #outbox: Outbox;
  readonly #answers = new Answers();
  readonly #questions: Questions;
  readonly #listing: Listing;
  readonly #attachments: Attachments;
  readonly #starts = new Starts(this.#answers);
  readonly #onDidChangeState = new Emitter<JobState>();
  readonly #onDidClose = new Emitter<CroniumError>();
  readonly #helpers: SessionHelpers | undefined;
  readonly #tunnels: Tunnels;
  readonly #pulse: Pulse;
  #nextStream: number;
  #closed: CroniumError | undefined;

  constructor(remote: Remote, hello: Hello, options: SessionOptions) {
    this.#remote = remote;
    this.hello = hello;
    this.server = options.server;
    this.#nextStream = options.firstStream;
    this.#outbox = new Outbox(remote.stdin);
    this.#attachments = new Attachments(this.server, this.#outbox);
    this.#helpers = options.helpers;
    this.#tunnels = new Tunnels(this.#outbox, this.#helpers && ((tunnel) => this.#helpers?.serve(tunnel, this)));
    this.#listing = new Listing(this.server, (install) => this.#outbox.message({ type: 'list', install }));
    this.#questions = new Questions(this.server, (question) => this.#outbox.message(question));
    this.#pulse = feelPulse(this, this.#outbox, remote);
  }

  /** Why the session is over; `undefined` while it lives. */
  get closed(): CroniumError | undefined {
    return this.#closed;
  }

  onDidClose(listener: (error: CroniumError) => void): Disposable {
    return this.#onDidClose.on(listener);
  }

  onDidChangeState(listener: (state: JobState) => void): Disposable {
    return this.#onDidChangeState.on(listener);
  }

  /**
   * Sends `start` and attaches at once. A job that the server knows is not run again. `context` is JSON, at most 32 MiB: what the
   * script may ask for while nobody is attached.
   */
  start(message: StartFields, options: { readonly context?: Uint8Array } = {}): StartHandle {
    const { fields, context } = understood(this.hello, message, options.context);
    const stream = this.#nextStream++;
    const start: StartMessage = {
      type: 'start',
      ...fields,
      stream,
      ...(context ? { context: { stream: this.#nextStream++, size: context.length } } : {}),
      ...this.#tunnels.offer,
    };
    this.#outbox.message(start);
    return this.expectStart(start, context);
  }

  /** The handle of a `start` that was sent ahead, before there was a session; `context` when that was not sent along. */
  expectStart({ job, payload, stream, ...start }: StartMessage, context?: Uint8Array): StartHandle {
    if (start.onDisconnect?.kind === 'stop') this.#pulse.beginEarly();
    const attachment = this.#attachments.open(stream, job);
    const { answer, ...handle } = this.#starts.expect(job, payload);
    // The runner answers when it has the whole context, and earlier only when it does not want it.
    const sent =
      context && start.context ? uploadBytes(this.#outbox, start.context.stream, context, answer) : undefined;
    return {
      ...handle,
      answer: this.#inTime(answer, `start of job ${job}`, sent),
      attachment,
    };
  }

  /**
   * Uploads an archive; the runner checks its hash before it says `stored`. The wire decides how long it takes, and the signal ends
   * every wait on the way.
   */
  async put(
    payload: { readonly sha256: string; readonly size: number; readonly file: string },
    options: { readonly onProgress?: (done: number) => void; readonly signal: AbortSignal },
  ): Promise<void> {
    const stream = this.#nextStream++;
    const stored = this.#answers.wait<void>(`put ${payload.sha256}`);
    this.#outbox.message({ type: 'put', payload: payload.sha256, size: payload.size, stream });
    const refused = new AbortController();
    stored.catch((error) => refused.abort(error));
    const signal = AbortSignal.any([options.signal, refused.signal]);
    await uploadFile(this.#outbox, stream, payload.file, { ...options, signal });
    const silent = { server: this.server, what: 'upload of the payload', ms: STORE_TIMEOUT_MS };
    await abortable(inTime(stored, silent), options);
  }

  /** Streams the job's spool from `offset`. Throws `CroniumError` `job/unknown` when the server has no such job. */
  async attach(job: string, offset: number): Promise<{ readonly state: JobState; readonly attachment: Attachment }> {
    const attachment = this.#attachments.open(this.#nextStream++, job);
    const attached = this.#answers.wait<JobState>(`attach ${attachment.stream}`);
    this.#outbox.message({ type: 'attach', job, offset, stream: attachment.stream, ...this.#tunnels.offer });
    try {
      return { state: await this.#inTime(attached, `attach to job ${job}`), attachment };
    } catch (error) {
      this.#attachments.forget(attachment.stream);
      throw error;
    }
  }

  /** Everything before `offset` is safe here: the server may drop it. `soon`: with the next message, or within a second. */
  ack(job: string, offset: number, when: 'now' | 'soon' = 'now'): void {
    this.#outbox[when === 'now' ? 'message' : 'messageSoon']({ type: 'ack', job, offset });
  }

  /** Hands over the newest token for the job's helper API. */
  token(job: string, token: string): void {
    this.#outbox.message({ type: 'token', job, token });
  }

  /** Asks the job's desk on the server. Throws `CroniumError`: the runner is of another version, the job has ended, the line is cut. */
  call(job: string, call: DeskCall, options: { readonly signal: AbortSignal }): Promise<DeskAnswer> {
    const { capabilities } = this.hello;
    return this.#questions.call(job, call, { ...options, capabilities });
  }

  /** Asks the server to stop the job, or never to start it; resolves with its state when the server has heard. */
  cancel(job: string, install: string): Promise<JobState> {
    const state = this.#answers.wait<JobState>(`state ${job}`);
    this.#outbox.message({ type: 'cancel', job, install });
    return this.#inTime(state, `cancel of job ${job}`);
  }

  /** The jobs that the server keeps for an installation, of whatever age and end. */
  list(install: string, options: { readonly signal: AbortSignal }): Promise<readonly JobState[]> {
    return this.#listing.ask(install, options);
  }

  /** Lets the runner remove what is old and acknowledged. */
  collect(): void {
    this.#outbox.message({ type: 'collect' });
  }

  /** The server's load now. */
  health(options: { readonly signal: AbortSignal }): Promise<HealthReport> {
    return this.#questions.health(options);
  }

  /** What of ours is below the base directory; nothing is changed. */
  inventory(options: { readonly signal: AbortSignal }): Promise<readonly StoredItem[]> {
    return this.#questions.inventory(options);
  }

  /** Removes all of ours but what jobs that have not ended need. The session goes on; its runner is not on the disk any more. */
  clean(options: { readonly signal: AbortSignal }): Promise<Cleaned> {
    return this.#questions.clean(options);
  }

  /** Removes one runner version, this one too. Throws `CroniumError` `runner/busy`, `runner/unknown`, `runner/stuck`. */
  remove(sha256: string, options: { readonly signal: AbortSignal }): Promise<void> {
    return this.#questions.remove(sha256, options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#closed) this.#outbox.flush();
    this.close(new CroniumError('session/closed', `The session with "${this.server}" was closed`));
    this.#remote.stdin.end();
    await deadline(this.#remote.exited, CLOSE_TIMEOUT_MS, () => new Error('still there')).catch(
      // All of a thousand that are still there are late at the same time.
      () => eventLoop.turn(),
    );
    this.#remote.close();
  }

  /** Ends everything that waits; called when the process is gone or broke the protocol. Only the first reason counts. */
  close(error: CroniumError): void {
    if (this.#closed) return;
    this.#closed = error;
    this.#pulse[Symbol.dispose]();
    this.#answers.close(error);
    this.#questions.fail(error);
    this.#listing.fail(error);
    this.#outbox.fail(error);
    this.#attachments.fail(error);
    this.#tunnels.fail(error);
    this.#onDidClose.emit(error);
  }

  /** Takes a frame from the runner. Throws `CroniumError` when it breaks the protocol. */
  receive(frame: Frame): void {
    this.#pulse.heard();
    if (frame.kind === FrameKind.message) {
      const message = parseMessage(frame.body);
      if (message) this.#hear(message);
      return;
    }
    if (this.#tunnels.receive(frame)) return;
    if (frame.stream >= this.#nextStream) throw new CroniumError('stream', 'a frame on a stream that nobody opened');
    this.#attachments.receive(frame);
  }

  #hear(message: RunnerMessage): void {
    switch (message.type) {
      case 'started':
        this.#starts.started(message.job, message.state);
        return this.#onDidChangeState.emit(message.state);
      case 'need':
        return this.#starts.needed(message.payload);
      case 'stored':
        this.#starts.stored(message.payload);
        return this.#answers.resolve(`put ${message.payload}`, undefined);
      case 'attached':
        this.#attachments.find(message.stream)?.begin(message);
        this.#helpers?.attached(message.job, this);
        return this.#answers.resolve(`attach ${message.stream}`, message.state);
      case 'state':
        this.#answers.resolve(`state ${message.job}`, message.state);
        return this.#onDidChangeState.emit(message.state);
      case 'tunnel':
        return this.#tunnels.open(message);
      case 'window':
        return this.#outbox.credit(message.stream, message.bytes);
      case 'health':
      case 'inventory':
      case 'cleaned':
      case 'removed':
      case 'answer':
        return this.#questions.hear(message);
      case 'jobs':
        return this.#listing.hear(message.jobs, message.more);
      case 'refused':
        return this.#refuse(message);
      case 'bye':
        throw new CroniumError(message.code, `the runner ended the session: ${message.message}`);
      case 'hello':
      case 'forgotten':
      case 'collected':
      case 'pong':
        return;
      default:
        return message satisfies never;
    }
  }

  #refuse(refused: Refused): void {
    const error = new RefusedError(refused.re, refused.code, `"${this.server}" refused: ${refused.message}`);
    const { re, job, payload, stream } = refused;
    this.#questions.refuse(refused);
    if (re === 'start' && job) this.#starts.refused(job, error);
    else if (re === 'put' && payload) this.#answers.reject(`put ${payload}`, error);
    else if (re === 'attach' && stream !== undefined) this.#answers.reject(`attach ${stream}`, error);
    else if (job) this.#answers.reject(`state ${job}`, error);
    if (stream !== undefined) this.#attachments.refuse(stream, error);
  }

  #inTime<T>(promise: Promise<T>, what: string, from?: Promise<void>): Promise<T> {
    return inTime(promise, { server: this.server, what, ...(from ? { from } : {}) });
  }
}
