import type { RecordPlace, ScriptValue } from '../domain/script-value.ts';
import type { Connection } from './connection.ts';
import { integer, text } from './row.ts';

/** Answers that a job keeps: no more of its calls than this can be under way at once, each under one name over all attempts. */
const KEPT_ANSWERS = 512;

/** Up to where the values in a job's log have had their effect. */
export interface AppliedPlace {
  /** The last record of a value; 0: of none. */
  readonly seq: number;
  /** Where in the log the next value is looked for. */
  readonly place: RecordPlace;
}

/** What of a job's log has had its effect, and which of its calls were answered: the same is never done twice. */
export class Applied {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Of a job of which nothing is known: nothing. */
  of(job: string): AppliedPlace {
    const row = this.#connection.get('SELECT applied_seq, applied_offset, applied_next FROM jobs WHERE id = @job', {
      job,
    });
    if (!row) return { seq: 0, place: { offset: 0, seq: 0 } };
    return {
      seq: integer(row, 'applied_seq'),
      place: { offset: integer(row, 'applied_offset'), seq: integer(row, 'applied_next') },
    };
  }

  /**
   * Gives those of the values that had no effect yet to `apply`, and notes that they have it, all or nothing. A power cut takes both
   * back together.
   */
  apply(job: string, values: readonly ScriptValue[], upTo: AppliedPlace, apply: (value: ScriptValue) => void): void {
    this.#connection.transactionLightly(() => {
      const known = this.of(job);
      for (const value of values) {
        if (value.seq > known.seq && this.#isNew(job, value)) apply(value);
      }
      const place = upTo.place.offset > known.place.offset ? upTo.place : known.place;
      this.#note(job, { seq: Math.max(known.seq, upTo.seq), place });
    });
  }

  /** Nothing up to `place` remains to be applied. */
  pass(job: string, place: RecordPlace): void {
    const known = this.of(job);
    if (place.offset > known.place.offset) this.#note(job, { seq: known.seq, place });
  }

  /** What a call of the job was answered, when it has been. */
  answer(job: string, call: string): string | undefined {
    const row = this.#connection.get('SELECT answer FROM helper_answers WHERE job_id = @job AND call = @call', {
      job,
      call,
    });
    return row && text(row, 'answer');
  }

  /** To be called in the transaction of what the answer is about. */
  keepAnswer(job: string, call: string, answer: string): void {
    this.#connection.run(
      'INSERT INTO helper_answers (job_id, call, answer) VALUES (@job, @call, @answer) ON CONFLICT DO NOTHING',
      { job, call, answer },
    );
    this.#connection.run(
      `DELETE FROM helper_answers WHERE job_id = @job AND id <=
         (SELECT id FROM helper_answers WHERE job_id = @job ORDER BY id DESC LIMIT 1 OFFSET @kept)`,
      { job, kept: KEPT_ANSWERS },
    );
  }

  /** One that was written again, because its segment was dropped, may have had its effect before. */
  #isNew(job: string, value: ScriptValue): boolean {
    const name = nameOf(value);
    const sql = 'SELECT number FROM applied_values WHERE job_id = @job AND name = @name';
    const row = this.#connection.get(sql, { job, name });
    if (row && integer(row, 'number') >= value.number) return false;
    this.#connection.run(
      `INSERT INTO applied_values (job_id, name, number) VALUES (@job, @name, @number)
       ON CONFLICT DO UPDATE SET number = @number`,
      { job, name, number: value.number },
    );
    return true;
  }

  #note(job: string, { seq, place }: AppliedPlace): void {
    this.#connection.runLightly(
      'UPDATE jobs SET applied_seq = @seq, applied_offset = @offset, applied_next = @next WHERE id = @job',
      { job, seq, offset: place.offset, next: place.seq },
    );
  }
}

/** The same for all values that replace each other. */
function nameOf(value: ScriptValue): string {
  return value.kind === 'output' ? `output ${value.name}` : `variable ${value.scope ?? ''} ${value.name}`;
}
