import type { RecordPlace, ScriptValue } from '../domain/script-value.ts';

/** Where the values that scripts put out and set have their effect. */
export interface Effects {
  /** Where in the job's log the next value is looked for. */
  placeOf(job: string): RecordPlace;
  /**
   * Gives the values their effect, those that had it before excepted, and notes in the same step how far that is. Sentences of what
   * a person should know. Throws `CroniumError` `store/…`; nothing is done then.
   */
  apply(job: string, values: readonly ScriptValue[], upTo: AppliedUpTo): readonly string[];
  /** Notes that nothing in front of `place` remains to be applied: what looks next need not read that again. */
  pass(job: string, place: RecordPlace): void;
}

export interface AppliedUpTo {
  /** The number of the last record of a value. */
  readonly seq: number;
  /** Nothing in front of it remains to be applied. */
  readonly place: RecordPlace;
}
