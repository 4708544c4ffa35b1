import { CroniumError } from '../domain/errors.ts';
import type { Json, OnDisconnect } from '../domain/event.ts';
import type { ExitReport } from '../domain/outcome.ts';

/** What the client says; docs/protocol.md, "Client to runner". */
export type ClientMessage =
  | StartMessage
  | { readonly type: 'put'; readonly payload: string; readonly size: number; readonly stream: number }
  | { readonly type: 'attach'; readonly job: string; readonly offset: number; readonly stream: number }
  | { readonly type: 'ack'; readonly job: string; readonly offset: number }
  | { readonly type: 'cancel'; readonly job: string; readonly install: string }
  | { readonly type: 'forget'; readonly job: string }
  | { readonly type: 'list'; readonly install: string }
  | { readonly type: 'collect' }
  | { readonly type: 'window'; readonly stream: number; readonly bytes: number }
  | { readonly type: 'ping'; readonly id: number }
  | { readonly type: 'bye'; readonly code: string; readonly message: string };

export interface StartMessage {
  readonly type: 'start';
  readonly job: string;
  readonly run: string;
  readonly install: string;
  readonly server: string;
  readonly event: string;
  readonly payload: string;
  readonly args?: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly graceMs: number;
  readonly onDisconnect: OnDisconnect;
  readonly input?: Json;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly stream: number;
}

/** What the runner knows of a job. Times are microseconds since 1970. */
export interface JobState {
  readonly job: string;
  readonly phase: 'running' | 'draining' | 'ended' | 'lost';
  readonly startedAt?: number;
  readonly endedAt?: number;
  /** Bytes of the spool. */
  readonly end: number;
  readonly exit?: ExitReport;
  readonly reason?: string;
}

export interface Hello {
  readonly type: 'hello';
  readonly protocol: number;
  readonly version: string;
  readonly sha256: string;
  readonly os: string;
  readonly arch: string;
  readonly host: string;
  readonly bootId: string;
  readonly base: string;
}

/** What the runner says; docs/protocol.md, "Runner to client". */
export type RunnerMessage =
  | Hello
  | { readonly type: 'need'; readonly payload: string }
  | { readonly type: 'stored'; readonly payload: string }
  | { readonly type: 'started'; readonly job: string; readonly state: JobState }
  | {
      readonly type: 'attached';
      readonly job: string;
      readonly stream: number;
      readonly offset: number;
      readonly end: number;
      readonly state: JobState;
    }
  | { readonly type: 'state'; readonly job: string; readonly state: JobState }
  | { readonly type: 'jobs'; readonly jobs: readonly JobState[]; readonly more: boolean }
  | { readonly type: 'forgotten'; readonly job: string }
  | { readonly type: 'collected'; readonly bytes: number }
  | Refused
  | { readonly type: 'window'; readonly stream: number; readonly bytes: number }
  | { readonly type: 'pong'; readonly id: number }
  | { readonly type: 'bye'; readonly code: string; readonly message: string };

export interface Refused {
  readonly type: 'refused';
  readonly re: string;
  readonly code: string;
  readonly message: string;
  readonly job?: string;
  readonly payload?: string;
  readonly stream?: number;
}

/** Reads a control message. A type that we do not know is `undefined`; anything ill-formed throws `CroniumError`. */
export function parseMessage(body: Uint8Array): RunnerMessage | undefined {
  const fields = new Fields(parseObject(body));
  const type = fields.text('type');
  switch (type) {
    case 'hello':
      return {
        type,
        protocol: fields.count('protocol'),
        version: fields.text('version'),
        sha256: fields.text('sha256'),
        os: fields.text('os'),
        arch: fields.text('arch'),
        host: fields.text('host'),
        bootId: fields.text('bootId'),
        base: fields.text('base'),
      };
    case 'need':
    case 'stored':
      return { type, payload: fields.text('payload') };
    case 'started':
    case 'state':
      return { type, job: fields.text('job'), state: readState(fields.object('state')) };
    case 'attached':
      return {
        type,
        job: fields.text('job'),
        stream: fields.count('stream'),
        offset: fields.count('offset'),
        end: fields.count('end'),
        state: readState(fields.object('state')),
      };
    case 'jobs':
      return {
        type,
        jobs: fields.list('jobs').map((state) => readState(new Fields(state))),
        more: fields.flag('more'),
      };
    case 'forgotten':
      return { type, job: fields.text('job') };
    case 'collected':
      return { type, bytes: fields.count('bytes') };
    case 'refused':
      return {
        type,
        re: fields.text('re'),
        code: fields.text('code'),
        message: fields.text('message'),
        ...fields.optionalText('job'),
        ...fields.optionalText('payload'),
        ...fields.optionalCount('stream'),
      };
    case 'window':
      return { type, stream: fields.count('stream'), bytes: fields.count('bytes') };
    case 'pong':
      return { type, id: fields.count('id') };
    case 'bye':
      return { type, code: fields.text('code'), message: fields.text('message') };
    default:
      return undefined;
  }
}

function readState(fields: Fields): JobState {
  const phase = fields.text('phase');
  if (phase !== 'running' && phase !== 'draining' && phase !== 'ended' && phase !== 'lost') throw fields.wrong('phase');
  return {
    job: fields.text('job'),
    phase,
    end: fields.has('end') ? fields.count('end') : 0,
    ...fields.optionalCount('startedAt'),
    ...fields.optionalCount('endedAt'),
    ...fields.optionalText('reason'),
    ...(fields.has('exit') ? { exit: readExit(fields.object('exit')) } : {}),
  };
}

/** Reads the `exit` of a state or the body of an EXIT record. */
export function parseExit(body: Uint8Array): ExitReport {
  return readExit(new Fields(parseObject(body)));
}

function readExit(fields: Fields): ExitReport {
  const reason = fields.text('reason');
  if (reason !== 'exited' && reason !== 'timedOut' && reason !== 'cancelled' && reason !== 'broken') {
    throw fields.wrong('reason');
  }
  return {
    reason,
    ...fields.optionalCount('code'),
    ...fields.optionalText('signal'),
    ...fields.optionalText('error'),
    ...fields.optionalText('message'),
  };
}

/** Reads the body of a NOTE record. */
export function parseNote(body: Uint8Array): { readonly code: string; readonly message: string } {
  const fields = new Fields(parseObject(body));
  return { code: fields.text('code'), message: fields.text('message') };
}

/** Reads the body of a GAP record: what was dropped, in words. */
export function parseGap(body: Uint8Array): string {
  const fields = new Fields(parseObject(body));
  return `${fields.count('bytes')} bytes (${fields.count('lines')} lines)`;
}

function parseObject(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (cause) {
    throw new CroniumError('message/json', "Cannot read the runner's answer: it is not JSON", { cause });
  }
}

/** Reads fields of a JSON object that comes from a server: nothing in it is believed before it was checked. */
class Fields {
  readonly #object: Readonly<Record<string, unknown>>;

  constructor(value: unknown) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new CroniumError('message/json', "Cannot read the runner's answer: it is not a JSON object");
    }
    this.#object = value as Record<string, unknown>;
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#object, name);
  }

  text(name: string): string {
    const value = this.#get(name);
    if (typeof value !== 'string') throw this.wrong(name);
    return value;
  }

  count(name: string): number {
    const value = this.#get(name);
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw this.wrong(name);
    return value;
  }

  flag(name: string): boolean {
    return this.#get(name) === true;
  }

  list(name: string): readonly unknown[] {
    const value = this.#get(name);
    if (!Array.isArray(value)) throw this.wrong(name);
    return value;
  }

  object(name: string): Fields {
    return new Fields(this.#get(name));
  }

  optionalText<K extends string>(name: K): { readonly [P in K]?: string } {
    return this.has(name) ? ({ [name]: this.text(name) } as { readonly [P in K]: string }) : {};
  }

  optionalCount<K extends string>(name: K): { readonly [P in K]?: number } {
    return this.has(name) ? ({ [name]: this.count(name) } as { readonly [P in K]: number }) : {};
  }

  wrong(name: string): CroniumError {
    return new CroniumError(
      'message/fields',
      `Cannot read the runner's answer: its field "${name}" is not as expected`,
    );
  }

  #get(name: string): unknown {
    return this.has(name) ? this.#object[name] : undefined;
  }
}
