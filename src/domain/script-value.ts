import { sentence } from './errors.ts';
import type { Json } from './event.ts';
import { type LogRecord, RECORD_OVERHEAD } from './record.ts';
import { isVariableName, isVariableScope, type VariableScope } from './shared-variable.ts';

/** A place in a log: a record's border and the number of the record there. */
export interface RecordPlace {
  readonly offset: number;
  readonly seq: number;
}

/** What a script has put out or set, as its log tells it. */
export type ScriptValue = {
  readonly name: string;
  readonly value: Json;
  /** Its name for all times: the number of its last record when it was written first. */
  readonly number: number;
  /** The number of its last record here. */
  readonly seq: number;
} & ({ readonly kind: 'output' } | { readonly kind: 'variable'; readonly scope?: VariableScope });

/** What a record of a value completes; `problem`: a value that cannot be read, in a sentence. */
export type CollectedValue = ScriptValue | { readonly kind: 'problem'; readonly message: string; readonly seq: number };

/** The longest value that a runner takes is 1 MiB; who writes longer ones is no runner of ours. */
const MAX_VALUE_BYTES = 2 * 1_048_576;

/** As the runner's own limit, so that nobody's stack is a matter of what a server says. */
const MAX_DEPTH = 32;

interface Head {
  readonly name: string;
  readonly scope?: VariableScope;
  readonly part: number;
  readonly hasMore: boolean;
  readonly again?: number;
}

/** Puts the values of a job's log together from their records, which come in order. */
export class ValueCollector {
  #begun: { readonly head: Head; readonly parts: Uint8Array[]; readonly place: RecordPlace; bytes: number } | undefined;

  /** Where the value begins that is not complete yet. */
  get begunAt(): RecordPlace | undefined {
    return this.#begun?.place;
  }

  /** Takes an OUTPUT or VARIABLE record; others may be left out. */
  push(record: LogRecord): CollectedValue | undefined {
    try {
      return this.#take(record);
    } catch (error) {
      this.#begun = undefined;
      return {
        kind: 'problem',
        message: `A value that the script has set cannot be read: ${sentence(error)}`,
        seq: record.seq,
      };
    }
  }

  #take(record: LogRecord): ScriptValue | undefined {
    const lineEnd = record.body.indexOf(0x0a);
    if (lineEnd < 0) throw new Error('its record has no first line');
    const head = parseHead(record.type, decode(record.body.subarray(0, lineEnd)));
    const bytes = record.body.subarray(lineEnd + 1);
    if (head.part === 0) {
      this.#begun = { head, parts: [], bytes: 0, place: { offset: record.offset, seq: record.seq } };
    }
    const begun = this.#begun;
    // The parts in front of it went with a dropped segment; the runner writes such a value again.
    if (!begun || begun.parts.length !== head.part || !isSameValue(begun.head, head)) {
      this.#begun = undefined;
      return undefined;
    }
    begun.bytes += bytes.length;
    if (begun.bytes > MAX_VALUE_BYTES) throw new Error(`it has more than ${MAX_VALUE_BYTES} bytes`);
    // The record is a view into a buffer that others use again.
    begun.parts.push(head.hasMore ? new Uint8Array(bytes) : bytes);
    if (head.hasMore) return undefined;
    this.#begun = undefined;
    const value = JSON.parse(decode(Buffer.concat(begun.parts))) as Json;
    checkDepth(value, MAX_DEPTH);
    const { name, scope, again = record.seq } = head;
    const common = { name, value, number: again, seq: record.seq };
    if (record.type === 'OUTPUT') return { kind: 'output', ...common };
    return { kind: 'variable', ...common, ...(scope === undefined ? {} : { scope }) };
  }
}

/** Where a log goes on behind a record. */
export function placeBehind({ offset, body, seq }: LogRecord): RecordPlace {
  return { offset: offset + body.length + RECORD_OVERHEAD, seq: seq + 1 };
}

function parseHead(type: LogRecord['type'], line: string): Head {
  const said: unknown = JSON.parse(line);
  if (typeof said !== 'object' || said === null) throw new Error('its first line is no JSON object');
  const { key, name: given, scope, part = 0, more = false, again } = said as Record<string, unknown>;
  const name = type === 'OUTPUT' ? key : given;
  if (typeof name !== 'string' || !isVariableName(name)) throw new Error('it has no name that is possible');
  if (scope !== undefined && !isVariableScope(scope)) throw new Error('its scope is none that there is');
  if (!isCount(part) || typeof more !== 'boolean' || (again !== undefined && !isCount(again))) {
    throw new Error('its first line says no possible numbers');
  }
  return {
    name,
    part,
    hasMore: more,
    ...(scope === undefined ? {} : { scope }),
    ...(again === undefined ? {} : { again }),
  };
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isSameValue(one: Head, other: Head): boolean {
  return one.name === other.name && one.scope === other.scope && one.again === other.again;
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
}

function checkDepth(value: Json, left: number): void {
  if (typeof value !== 'object' || value === null) return;
  if (left === 0) throw new Error(`it is nested more than ${MAX_DEPTH} deep`);
  for (const member of Object.values(value)) checkDepth(member as Json, left - 1);
}
