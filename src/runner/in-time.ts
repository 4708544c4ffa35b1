import { deadline } from '../base/wait.ts';
import { CroniumError } from '../domain/errors.ts';

/** How long the runner may take to answer; it only looks something up or starts a process. */
const ANSWER_TIMEOUT_MS = 30_000;

export interface Question {
  readonly server: string;
  readonly what: string;
  /** The question was not asked completely before this: the wire decides how long that takes. */
  readonly from?: Promise<void>;
  /** Absent: 30 s. */
  readonly ms?: number;
}

/** The answer, or `CroniumError` `session/silent` when it takes too long. Nobody has to wait for it. */
export function inTime<T>(answer: Promise<T>, { server, what, from, ms = ANSWER_TIMEOUT_MS }: Question): Promise<T> {
  const late = (): CroniumError =>
    new CroniumError('session/silent', `"${server}" did not answer the ${what} in ${ms / 1000} s`);
  const within = (): Promise<T> => deadline(answer, ms, late);
  const result = from ? from.then(within) : within();
  result.catch(() => {});
  return result;
}
