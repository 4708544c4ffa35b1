import { formatDuration } from '../base/duration.ts';
import type { JobPhase } from '../domain/job.ts';
import type { JobRecord, RunRecord, RunStatus } from '../domain/run.ts';

/** Where a job stands, in the words of someone who waits for it. */
export function describePhase(phase: JobPhase): string {
  switch (phase) {
    case 'deploying':
      return 'deploying the runner';
    case 'uploading':
      return 'uploading the payload';
    case 'detached':
      return 'running, not attached';
    case 'draining':
      return 'reading the rest of the log';
    default:
      return phase;
  }
}

export function describeStatus(status: RunStatus): string {
  return status === 'success' ? 'succeeded' : status === 'partial' ? 'succeeded in part' : status;
}

/** How long a job's script ran, or the whole run took; undefined while it is not over. */
export function describeTook(record: JobRecord | RunRecord): string | undefined {
  const ends = 'jobs' in record ? record.jobs.map(({ endedAt }) => endedAt) : [record.endedAt];
  const began = record.startedAt;
  if (began === undefined || ends.some((end) => end === undefined)) return undefined;
  return formatDuration(Math.max(...ends.map((end) => end ?? began)) - began);
}
