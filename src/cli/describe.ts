import type { JobOutcome } from '../domain/outcome.ts';

/** A job's end in a few words; `undefined` is a job that is not over as far as we know. */
export function describeOutcome(outcome: JobOutcome | undefined): string {
  switch (outcome?.kind) {
    case undefined:
      return 'not known yet';
    case 'succeeded':
      return 'succeeded';
    case 'failed':
      return outcome.signal ? `failed (${outcome.signal})` : `failed (exit code ${outcome.exitCode})`;
    case 'timedOut':
      return 'timed out';
    case 'cancelled':
      return 'cancelled';
    case 'broken':
    case 'lost':
      return `${outcome.kind}: ${outcome.message}`;
    default:
      return outcome satisfies never;
  }
}
