import type { JobPhase } from '../domain/job.ts';
import type { JobOutcome } from '../domain/outcome.ts';

/**
 * Where a job's intents and facts are written down. `starting` is the intent: it outlives a power cut when it is written. The others
 * outlive this process then; the server and the mirror tell them again.
 */
export interface Journal {
  phase(job: string, phase: JobPhase): Promise<void>;
  /** `starting`, durable when it returns. */
  intend(job: string): void;
  /**
   * As `intend`, durable when it resolves: all jobs that ask in one turn of the loop wait for the disk together, and
   * none of the others waits.
   */
  starting(job: string): Promise<void>;
  settled(job: string, outcome: JobOutcome): Promise<void>;
}
