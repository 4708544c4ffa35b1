import type { JobPhase } from '../domain/job.ts';
import type { JobOutcome } from '../domain/outcome.ts';

/**
 * Where a job's intents and facts are written down. `starting` is the intent: it outlives a power cut when the call returns. The
 * others outlive this process; the server and the mirror tell them again.
 */
export interface Journal {
  phase(job: string, phase: JobPhase): void;
  /**
   * As `phase` with `starting`, durable when it resolves: all jobs that ask in one turn of the loop wait for the disk together, and
   * none of the others waits.
   */
  starting(job: string): Promise<void>;
  settled(job: string, outcome: JobOutcome): void;
}
