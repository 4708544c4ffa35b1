import type { JobPhase } from '../domain/job.ts';
import type { JobOutcome } from '../domain/outcome.ts';

/**
 * Where a job's intents and facts are written down. `starting` is the intent: it outlives a power cut when the call returns. The
 * others outlive this process; the server and the mirror tell them again.
 */
export interface Journal {
  phase(job: string, phase: JobPhase): void;
  settled(job: string, outcome: JobOutcome): void;
}
