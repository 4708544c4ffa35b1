import { isId } from '../domain/id.ts';
import type { Server } from '../domain/server.ts';
import type { JobState } from '../runner/message.ts';
import type { TracedJob } from '../store/rebuild.ts';

/** The jobs that a server lists, as the store takes them up; tombstones have run nothing. */
export function tracedJobs(states: readonly JobState[], server: Server): TracedJob[] {
  return states.flatMap(({ job, run, event, payload, startedAt }) => {
    if (run === undefined || event === undefined || payload === undefined || startedAt === undefined) return [];
    // From a server: an id of ours, or nothing of ours.
    if (!isId(job) || !isId(run) || !/^[0-9a-f]{64}$/.test(payload)) return [];
    return [{ job, run, event, server, payloadSha256: payload, startedAt: Math.floor(startedAt / 1000) }];
  });
}
