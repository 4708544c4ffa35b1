import type { Json } from '../domain/event.ts';
import type { ExitReport } from '../domain/outcome.ts';
import { Fields } from './fields.ts';
import { type Cleaned, type HealthReport, readHealth, readItems, type StoredItem } from './server-report.ts';

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
  /** What it belongs to, as its start said. */
  readonly run?: string;
  readonly event?: string;
  readonly payload?: string;
  /** Of a lost job: what its script has started and what goes on, as far as the server can tell. */
  readonly strays?: readonly Stray[];
}

/** A process by the name of its program. */
export interface Stray {
  readonly pid: number;
  readonly name: string;
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
  /** What this version can that others cannot: `helpers`, `calls`. */
  readonly capabilities: readonly string[];
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
  | {
      readonly type: 'tunnel';
      readonly job: string;
      readonly stream: number;
      readonly door: 'call' | 'http';
      /** The number of the record that must be applied before this is answered. */
      readonly after: number;
    }
  | { readonly type: 'jobs'; readonly jobs: readonly JobState[]; readonly more: boolean }
  | { readonly type: 'forgotten'; readonly job: string }
  | { readonly type: 'collected'; readonly bytes: number }
  | ServerAnswer
  | Refused
  | { readonly type: 'window'; readonly stream: number; readonly bytes: number }
  | { readonly type: 'pong'; readonly id: number }
  | { readonly type: 'bye'; readonly code: string; readonly message: string };

/** An answer to a `ServerQuestion`; with `more` it goes on in another one. */
export type ServerAnswer =
  | { readonly type: 'health'; readonly id: number; readonly health: HealthReport }
  | { readonly type: 'inventory'; readonly id: number; readonly items: readonly StoredItem[]; readonly more: boolean }
  | ({ readonly type: 'cleaned'; readonly id: number; readonly more: boolean } & Cleaned)
  | { readonly type: 'removed'; readonly id: number }
  | ({ readonly type: 'answer'; readonly id: number } & DeskAnswer);

/** What came of a call at a job's desk: `ok`, or why not. */
export interface DeskAnswer {
  readonly code: string;
  readonly message?: string;
  readonly value?: Json;
}

export interface Refused {
  readonly type: 'refused';
  readonly re: string;
  readonly code: string;
  readonly message: string;
  readonly job?: string;
  readonly payload?: string;
  readonly stream?: number;
  readonly id?: number;
}

/** What a process can end with. */
const MAX_EXIT_CODE = 255;
const SIGNAL = /^SIG[A-Z0-9]{1,16}$/;

/** Reads a control message. A type that we do not know is `undefined`; anything ill-formed throws `CroniumError`. */
export function parseMessage(body: Uint8Array): RunnerMessage | undefined {
  const fields = Fields.of(body);
  const type = fields.text('type');
  switch (type) {
    case 'hello':
      return {
        type,
        protocol: fields.count('protocol'),
        version: fields.line('version'),
        sha256: fields.text('sha256'),
        os: fields.line('os'),
        arch: fields.line('arch'),
        host: fields.line('host'),
        bootId: fields.line('bootId'),
        base: fields.line('base'),
        capabilities: fields.has('capabilities') ? fields.list('capabilities').map(String) : [],
      };
    case 'need':
    case 'stored':
      return { type, payload: fields.text('payload') };
    case 'started':
    case 'state':
      return { type, job: fields.text('job'), state: readStateOf(fields) };
    case 'attached':
      return {
        type,
        job: fields.text('job'),
        stream: fields.count('stream'),
        offset: fields.count('offset'),
        end: fields.count('end'),
        state: readStateOf(fields),
      };
    case 'tunnel':
      return {
        type,
        job: fields.text('job'),
        stream: fields.count('stream'),
        door: readDoor(fields),
        after: fields.count('after'),
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
        code: readRefusalCode(fields),
        message: fields.line('message'),
        ...fields.optionalText('job'),
        ...fields.optionalText('payload'),
        ...fields.optionalCount('stream'),
        ...fields.optionalCount('id'),
      };
    case 'health':
      return { type, id: fields.count('id'), health: readHealth(fields) };
    case 'inventory':
      return { type, id: fields.count('id'), items: readItems(fields, 'items'), more: fields.flag('more') };
    case 'cleaned':
      return {
        type,
        id: fields.count('id'),
        removed: readItems(fields, 'removed'),
        kept: readItems(fields, 'kept'),
        more: fields.flag('more'),
      };
    case 'removed':
      return { type, id: fields.count('id') };
    case 'answer':
      return {
        type,
        id: fields.count('id'),
        code: fields.code('code'),
        ...fields.optionalLine('message'),
        ...fields.optionalJson('value'),
      };
    case 'window':
      return { type, stream: fields.count('stream'), bytes: fields.count('bytes') };
    case 'pong':
      return { type, id: fields.count('id') };
    case 'bye':
      return { type, code: fields.code('code'), message: fields.line('message') };
    default:
      return undefined;
  }
}

function readDoor(fields: Fields): 'call' | 'http' {
  const door = fields.text('door');
  if (door !== 'call' && door !== 'http') throw fields.wrong('door');
  return door;
}

/** The state of the job that a message is about: no other may come under its name. */
function readStateOf(fields: Fields): JobState {
  const state = readState(fields.object('state'));
  if (state.job !== fields.text('job')) throw fields.wrong('state');
  return state;
}

// What these mean is decided here: a runner must not make a connection look lost, or a host key look changed.
const OURS = /^(?:boot|connect|deploy|internal|mirror|record|session|start\/left)\b/;

function readRefusalCode(fields: Fields): string {
  const code = fields.code('code');
  if (OURS.test(code)) throw fields.wrong('code');
  return code;
}

function readState(fields: Fields): JobState {
  const phase = fields.text('phase');
  if (phase !== 'running' && phase !== 'draining' && phase !== 'ended' && phase !== 'lost') throw fields.wrong('phase');
  const exit = fields.has('exit') ? readExit(fields.object('exit')) : undefined;
  if ((exit !== undefined) !== (phase === 'ended')) throw fields.wrong('exit');
  const neverStarted = !fields.has('startedAt');
  if (neverStarted && (exit?.reason === 'exited' || exit?.reason === 'timedOut')) throw fields.wrong('startedAt');
  return {
    job: fields.text('job'),
    phase,
    end: fields.has('end') ? fields.count('end') : 0,
    ...fields.optionalCount('startedAt'),
    ...fields.optionalCount('endedAt'),
    ...fields.optionalLine('reason'),
    ...fields.optionalText('run'),
    ...fields.optionalText('event'),
    ...fields.optionalText('payload'),
    ...(exit ? { exit } : {}),
    ...(fields.has('strays') ? { strays: fields.list('strays').map(readStray) } : {}),
  };
}

function readStray(value: unknown): Stray {
  const fields = new Fields(value);
  return { pid: fields.count('pid'), name: fields.line('name') };
}

/** Reads the `exit` of a state or the body of an EXIT record. */
export function parseExit(body: Uint8Array): ExitReport {
  return readExit(Fields.of(body));
}

function readExit(fields: Fields): ExitReport {
  const reason = fields.text('reason');
  if (reason !== 'exited' && reason !== 'timedOut' && reason !== 'cancelled' && reason !== 'broken') {
    throw fields.wrong('reason');
  }
  const { code } = fields.optionalCount('code');
  const { signal } = fields.optionalText('signal');
  if (code !== undefined && code > MAX_EXIT_CODE) throw fields.wrong('code');
  if (signal !== undefined && (!SIGNAL.test(signal) || code !== undefined)) throw fields.wrong('signal');
  if (reason === 'exited' && code === undefined && signal === undefined) throw fields.wrong('code');
  return {
    reason,
    ...(code === undefined ? {} : { code }),
    ...(signal === undefined ? {} : { signal }),
    ...fields.optionalLine('error'),
    ...fields.optionalLine('message'),
  };
}

/** Reads the body of a NOTE record. */
export function parseNote(body: Uint8Array): { readonly code: string; readonly message: string } {
  const fields = Fields.of(body);
  return { code: fields.code('code'), message: fields.line('message') };
}

/** Reads the body of a GAP record: which part of the log was dropped. */
export function parseGapRange(body: Uint8Array): { readonly from: number; readonly to: number } {
  const fields = Fields.of(body);
  return { from: fields.count('from'), to: fields.count('to') };
}

/** Reads the body of a GAP record: what was dropped and why, in a sentence. */
export function parseGap(body: Uint8Array): string {
  const fields = Fields.of(body);
  const why = (fields.has('why') && GAP_REASONS[fields.text('why')]) || '';
  return `${fields.count('bytes')} bytes (${fields.count('lines')} lines) of output were dropped on the server${why}`;
}

const GAP_REASONS: Readonly<Record<string, string>> = {
  budget: ': its budget for the log was used up',
  room: ': its disk had no room',
  removed: ': that part of the log was removed there',
};
