import type { Mask } from '../domain/mask/mask.ts';
import { maskValue } from '../domain/mask/value.ts';
import type { LogRecord } from '../domain/record.ts';
import { placeBehind, type RecordPlace, type ScriptValue, ValueCollector } from '../domain/script-value.ts';
import type { Effects } from './effects.ts';
import type { JobContext } from './job-context.ts';
import type { Mirror } from './mirror.ts';

/** A log without values is read again from so far back at most when its client was killed: some tenths of a second. */
const PASS_EVERY_BYTES = 64 * 1_048_576;

/** Values that are applied in one step: a script's loop of writes holds nobody up, and costs few transactions. */
const MAX_AT_ONCE = 256;

export interface ApplyContext {
  readonly job: string;
  readonly effects: Effects;
  readonly mask: Mask;
  note(message: string): Promise<void>;
}

export function applierOf(context: JobContext): Applier {
  const { job, deps, mask } = context;
  return new Applier({ job: job.id, effects: deps.effects, mask, note: (message) => context.note(message) });
}

/**
 * Gives the values in a job's log their effect: each once and in order, whoever followed the log before and however that ended.
 * A record is in the mirror before it comes here, so what is not applied now is found there again.
 */
export class Applier {
  readonly #context: ApplyContext;
  #collector = new ValueCollector();
  /** Everything in front of it was looked at. */
  #place: RecordPlace | undefined;
  #passed = 0;
  /** What a client finds behind the EXIT is not the script's. */
  #isOver = false;

  constructor(context: ApplyContext) {
    this.#context = context;
  }

  /** Applies what the mirror has and nobody has applied yet. */
  async catchUp(mirror: Pick<Mirror, 'end' | 'read'>): Promise<void> {
    const { job, effects } = this.#context;
    this.#place ??= this.#begin(effects.placeOf(job));
    const { end } = mirror;
    if (this.#place.offset >= end) return;
    let batch: LogRecord[] = [];
    for await (const record of mirror.read(this.#place)) {
      if (record.offset >= end) break;
      batch.push(record);
      if (batch.length < MAX_AT_ONCE) continue;
      await this.take(batch);
      batch = [];
    }
    await this.take(batch);
  }

  /** Applies what is new in these records of the mirror. */
  async take(records: readonly LogRecord[]): Promise<void> {
    if (this.#isOver || records.length === 0) return;
    const place = this.#place;
    if (!place) throw new Error('The applier has not caught up');
    try {
      await this.#take(records, place);
    } catch (error) {
      // What it holds in memory may be ahead of what was noted: the mirror has all of it.
      this.#place = undefined;
      throw error;
    }
  }

  async #take(records: readonly LogRecord[], from: RecordPlace): Promise<void> {
    const { job, effects, mask } = this.#context;
    const values: ScriptValue[] = [];
    const problems: string[] = [];
    let place = from;
    let last = 0;
    for (const record of records) {
      if (record.offset < place.offset) continue;
      // The place stays in front of it, so that whoever comes back stops here, too.
      if (record.type === 'EXIT') this.#isOver = true;
      if (this.#isOver) break;
      place = placeBehind(record);
      if (record.type !== 'OUTPUT' && record.type !== 'VARIABLE') continue;
      const value = this.#collector.push(record);
      if (value) last = value.seq;
      if (value?.kind === 'problem') problems.push(value.message);
      else if (value) values.push({ ...value, value: maskValue(value.value, mask) });
    }
    this.#place = place;
    // A value that is complete only later begins before what was looked at.
    const safe = this.#collector.begunAt ?? place;
    if (last > 0) problems.push(...effects.apply(job, values, { seq: last, place: safe }));
    else if (safe.offset - this.#passed >= PASS_EVERY_BYTES) effects.pass(job, safe);
    else return;
    this.#passed = safe.offset;
    for (const problem of problems) await this.#context.note(problem);
  }

  #begin(place: RecordPlace): RecordPlace {
    this.#collector = new ValueCollector();
    this.#isOver = false;
    this.#passed = place.offset;
    return place;
  }
}
