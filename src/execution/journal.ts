import type { JobPhase } from '../domain/job.ts';
import type { JobOutcome } from '../domain/outcome.ts';

/**
 * Where a job's intents and facts are written down. Each call is durable when it returns: an intent stands before its remote
 * action begins.
 */
export interface Journal {
  phase(job: string, phase: JobPhase): void;
  settled(job: string, outcome: JobOutcome): void;
}
