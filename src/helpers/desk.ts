import { randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { sentence } from '../domain/errors.ts';
import type { HelpedJob, VariableBook } from './book.ts';
import { Calls } from './calls.ts';
import { HttpDoor } from './http.ts';
import { Turnstile } from './limits.ts';
import type { Sources } from './routes.ts';
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

/** A job whose scripts may use the HTTP door. */
interface Admission {
  readonly server: string;
  readonly secrets: Map<string, string | undefined>;
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

  constructor({ book, install, tokenIssued, now, log }: DeskDeps) {
    this.#book = book;
    this.#tokenIssued = tokenIssued;
    this.#log = log;
    this.#tokens = new Tokens({ issuer: install, now, random: randomBytes });
    this.#turnstile = new Turnstile(now);
    const sources: Sources = { book, takeSecret: (job, name) => this.#takeSecret(job, name) };
    this.#calls = new Calls(sources, log);
    this.#http = new HttpDoor({ ...sources, tokens: this.#tokens, turnstile: this.#turnstile, now, log });
  }

  /** Lets the scripts of a job that is about to start in by the HTTP door; the token that they begin with. */
  async admit(job: string, options: { readonly server: string; readonly secrets: Readonly<Record<string, string>> }) {
    const secrets = new Map(Object.entries(options.secrets));
    if (!this.#admitted.has(job)) this.#admitted.set(job, { server: options.server, secrets });
    return await this.#issue(job, options.server);
  }

  /** A job is attached to a session from now on: its tokens are good there only, and it gets a new one. */
  attached(job: string, line: Line): void {
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
    admission?.secrets.clear();
    this.#admitted.delete(job);
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
    const admission: Admission = { server, secrets: new Map() };
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

  #takeSecret(job: string, name: string): { readonly value: string } | 'gone' | undefined {
    const secrets = this.#admitted.get(job)?.secrets;
    if (!secrets?.has(name)) return undefined;
    const value = secrets.get(name);
    secrets.set(name, undefined);
    if (value !== undefined) return { value };
    // Whoever expected to be the first and only one has to learn that they were not.
    this.#log(`The secret "${name}" of job ${job} was asked for again`);
    return 'gone';
  }
}
