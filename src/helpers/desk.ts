import { randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { CroniumError, sentence } from '../domain/errors.ts';
import type { Json } from '../domain/event.ts';
import type { HelpedJob, VariableBook } from './book.ts';
import { Calls } from './calls.ts';
import { HttpDoor } from './http.ts';
import { LIMITS, Turnstile } from './limits.ts';
import type { HelperAnswer, Sources } from './routes.ts';
import { RENEW_MS, Tokens } from './tokens.ts';

/** Somebody on a server who wants to be answered. */
export interface Caller {
  readonly job: string;
  readonly door: 'call' | 'http';
  readonly after: number;
  readonly socket: Duplex;
}

/** The session over which a caller has come. */
export interface Line {
  readonly server: string;
  token(job: string, token: string): void;
  /** Asks the job's supervisor, which keeps account of secrets. Throws `CroniumError` when it cannot be asked. */
  call(
    job: string,
    call:
      | { readonly verb: 'secret'; readonly name: string; readonly call: string }
      | { readonly verb: 'hide'; readonly value: Json },
    options: { readonly signal: AbortSignal },
  ): Promise<{ readonly code: string; readonly message?: string; readonly value?: Json }>;
}

export interface DeskDeps {
  readonly book: VariableBook;
  /** This installation's id. */
  readonly install: string;
  /** Hears of each token that a script is given. */
  tokenIssued(job: string, token: string): void;
  /** Milliseconds that never go back. */
  readonly now: () => number;
  log(line: string): void;
}

/** A message to the runner has at most 64 KiB, with what stands around the value. */
const MAX_HIDDEN_BYTES = 60_000;

/** A job whose scripts may use the HTTP door. */
interface Admission {
  readonly server: string;
  line?: Line;
  renewal?: NodeJS.Timeout;
}

/** Answers the scripts of all jobs, by whichever door they come. */
export class HelperDesk implements Disposable {
  readonly #book: VariableBook;
  readonly #tokenIssued: (job: string, token: string) => void;
  readonly #log: (line: string) => void;
  readonly #tokens: Tokens;
  readonly #turnstile: Turnstile;
  readonly #calls: Calls;
  readonly #http: HttpDoor;
  readonly #admitted = new Map<string, Admission>();
  /** Jobs of this process of which is known that they are not admitted. */
  readonly #keptOut = new Set<string>();

  constructor({ book, install, tokenIssued, now, log }: DeskDeps) {
    this.#book = book;
    this.#tokenIssued = tokenIssued;
    this.#log = log;
    this.#tokens = new Tokens({ issuer: install, now, random: randomBytes });
    this.#turnstile = new Turnstile(now);
    const sources: Sources = {
      book,
      takeSecret: (job, name, call) => this.#takeSecret(job, name, call),
      hide: (job, value) => this.#hide(job, value),
    };
    this.#calls = new Calls(sources, log);
    this.#http = new HttpDoor({ ...sources, tokens: this.#tokens, turnstile: this.#turnstile, now, log });
  }

  /** Lets the scripts of a job that is about to start in by the HTTP door; the token that they begin with. */
  async admit(job: string, { server }: { readonly server: string }): Promise<string> {
    if (!this.#admitted.has(job)) this.#admitted.set(job, { server });
    return await this.#issue(job, server);
  }

  /** The HTTP door stays closed to the scripts of a job that is about to start: nobody has to look that up. */
  keepOut(job: string): void {
    this.#keptOut.add(job);
  }

  /** A job is attached to a session from now on: its tokens are good there only, and it gets a new one. */
  attached(job: string, line: Line): void {
    if (this.#keptOut.has(job)) return;
    const admission = this.#admitted.get(job) ?? this.#readmit(job, line);
    if (!admission || admission.server !== line.server || admission.line === line) return;
    const isFirst = admission.line === undefined && this.#tokens.has(job);
    admission.line = line;
    this.#tokens.bind(job, line);
    clearInterval(admission.renewal);
    admission.renewal = setInterval(() => void this.#renew(job), RENEW_MS).unref();
    if (!isFirst) void this.#renew(job);
  }

  /** Somebody wants to be answered. */
  serve({ job, door, after, socket }: Caller, line: Line): void {
    const helped = this.#find(job);
    // A server speaks for its own jobs only.
    if (!helped || helped.scope.server !== line.server) return void socket.destroy();
    if (door === 'call') return void this.#calls.serve({ job, after, socket });
    this.#http.serve({ origin: { job, server: line.server, session: line }, after, socket });
  }

  /** The job has ended, or is not ours any more: nobody is let in by its tokens. */
  dismiss(job: string): void {
    const admission = this.#admitted.get(job);
    clearInterval(admission?.renewal);
    this.#admitted.delete(job);
    this.#keptOut.delete(job);
    this.#tokens.revoke(job);
    this.#turnstile.forget(job);
  }

  [Symbol.dispose](): void {
    for (const job of [...this.#admitted.keys()]) this.dismiss(job);
  }

  /** A job that another process has started: its key is gone with that, so it gets a new one. */
  #readmit(job: string, { server }: Line): Admission | undefined {
    const helped = this.#find(job);
    if (!helped?.hasApi || helped.scope.server !== server) return undefined;
    const admission: Admission = { server };
    this.#admitted.set(job, admission);
    return admission;
  }

  /** A store that cannot be read now must not end the session that has brought the caller. */
  #find(job: string): HelpedJob | undefined {
    try {
      return this.#book.find(job);
    } catch (error) {
      this.#log(`Cannot answer the script of job ${job}: ${sentence(error)}`);
      return undefined;
    }
  }

  async #issue(job: string, server: string): Promise<string> {
    const token = await this.#tokens.issue(job, server);
    this.#tokenIssued(job, token);
    return token;
  }

  async #renew(job: string): Promise<void> {
    const admission = this.#admitted.get(job);
    if (!admission) return;
    const token = await this.#issue(job, admission.server);
    // The job may have ended meanwhile, and must not get a new key.
    if (this.#admitted.get(job) !== admission) return this.#tokens.revoke(job);
    if (admission.line) this.#tokens.bind(job, admission.line);
    admission.line?.token(job, token);
  }

  async #takeSecret(job: string, name: string, call: string): Promise<HelperAnswer> {
    const { code, message, value } = await this.#ask(job, { verb: 'secret', name, call });
    if (code === 'ok' && value !== undefined) return { code, value };
    if (code === 'absent') return { code, message: `The event declares no secret "${name}"` };
    if (code !== 'gone') return { code: 'refused', message: message ?? 'The secret cannot be had' };
    // Whoever expected to be the first and only one has to learn that they were not.
    this.#log(`The secret "${name}" of job ${job} was asked for again`);
    return { code, message: `The secret "${name}" was handed out before` };
  }

  async #hide(job: string, value: Json): Promise<void> {
    if (Buffer.byteLength(JSON.stringify(value)) > MAX_HIDDEN_BYTES) {
      const message = `A secret of more than ${MAX_HIDDEN_BYTES} bytes cannot be told over HTTP; use cronium.getVariable`;
      throw new CroniumError('variable/secret', message);
    }
    const { code, message } = await this.#ask(job, { verb: 'hide', value });
    if (code !== 'ok') throw new CroniumError('variable/secret', message ?? 'The value cannot be masked on the server');
  }

  #ask(job: string, call: Parameters<Line['call']>[1]): ReturnType<Line['call']> {
    const line = this.#admitted.get(job)?.line;
    if (!line) throw new CroniumError('session/closed', `The job ${job} is not attached`);
    return line.call(job, call, { signal: AbortSignal.timeout(LIMITS.requestMs) });
  }
}
