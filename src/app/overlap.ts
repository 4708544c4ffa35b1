import { wait } from '../base/wait.ts';
import type { Overlap } from '../domain/event.ts';
import { shortId } from '../domain/id.ts';
import type { JobRecord } from '../domain/run.ts';

/** How often it is looked whether the way is free: others settle their jobs in the store. */
const LOOK_EVERY_MS = 250;

/** Servers that a note names before it says "and 12 more". */
const NAMED_SERVERS = 4;

export interface TurnDeps {
  /** The unfinished jobs of earlier runs of the event that are on a server of this run, the earliest run first. */
  inTheWay(): readonly JobRecord[];
  /**
   * Looks after a job that nobody else looks after: until it is known how it stands, or until its end. Says whether it goes on,
   * false also when that cannot be found out. Undefined: somebody looks after it.
   */
  adopt(job: JobRecord, options: AdoptOptions): Promise<boolean> | undefined;
  /** Asks for a cancel of the jobs, whoever looks after them. */
  cancel(jobs: readonly JobRecord[]): void;
  note(message: string): Promise<void>;
}

export interface AdoptOptions {
  readonly until: 'known' | 'ended';
  readonly signal: AbortSignal;
}

/**
 * Waits until a run may begin, as its overlap says; with `signal` it waits no more. `over`: it shall not begin any more.
 */
export async function waitForTurn(
  overlap: Overlap,
  deps: TurnDeps,
  options: { readonly signal: AbortSignal },
): Promise<'go' | 'over'> {
  switch (overlap) {
    case 'parallel':
      return 'go';
    case 'skip':
      return await skip(deps, options);
    case 'queue':
    case 'cancelRunning':
      return await queue(deps, { ...options, cancels: overlap === 'cancelRunning' });
    default:
      return overlap satisfies never;
  }
}

async function skip(deps: TurnDeps, { signal }: { readonly signal: AbortSignal }): Promise<'go' | 'over'> {
  const goesOn = await Promise.all(
    deps.inTheWay().map(async (job) => (((await deps.adopt(job, { until: 'known', signal })) ?? true) ? [job] : [])),
  );
  const running = goesOn.flat();
  if (signal.aborted) return 'over';
  if (running.length === 0) return 'go';
  await deps.note(`Skipped: ${describe(running)} has not ended`);
  return 'over';
}

async function queue(
  deps: TurnDeps,
  { cancels, signal }: { readonly cancels: boolean; readonly signal: AbortSignal },
): Promise<'go' | 'over'> {
  /** Jobs that we look after, and those of which nothing can be learned: nobody waits for ever for a server that is gone. */
  const adopted = new Set<string>();
  const hopeless = new Set<string>();
  const cancelled = new Set<string>();
  const adopt = async (job: JobRecord): Promise<void> => {
    if (adopted.has(job.id)) return;
    const ended = deps.adopt(job, { until: 'ended', signal });
    if (!ended) return;
    adopted.add(job.id);
    await ended;
    adopted.delete(job.id);
    if (signal.aborted || !deps.inTheWay().some(({ id }) => id === job.id)) return;
    hopeless.add(job.id);
    await deps.note(`Cannot tell how ${describe([job])} stands: not waiting for it`);
  };
  let said = '';
  while (!signal.aborted) {
    const jobs = deps.inTheWay().filter(({ id }) => !hopeless.has(id));
    if (jobs.length === 0) return 'go';
    const runs = [...new Set(jobs.map(({ runId }) => runId))].join();
    if (runs !== said) await deps.note(`${cancels ? 'Cancels' : 'Waits for'} ${describe(jobs)}`);
    said = runs;
    const open = cancels ? jobs.filter(({ id }) => !cancelled.has(id)) : [];
    if (open.length > 0) deps.cancel(open);
    for (const { id } of open) cancelled.add(id);
    // What the store cannot tell there, it cannot tell in the next look either.
    for (const job of jobs) adopt(job).catch(() => {});
    if (!signal.aborted) await wait(LOOK_EVERY_MS, { signal }).catch(() => {});
  }
  return 'over';
}

/** `run 12ab34cd of this event on web1, web2`. */
function describe(jobs: readonly JobRecord[]): string {
  const runs = [...new Set(jobs.map(({ runId }) => shortId(runId)))];
  const servers = [...new Set(jobs.map(({ server }) => server.name))];
  const more = servers.length > NAMED_SERVERS ? ` and ${servers.length - NAMED_SERVERS} more` : '';
  const named = servers.slice(0, NAMED_SERVERS).join(', ');
  return `${runs.length === 1 ? 'run' : 'runs'} ${runs.join(', ')} of this event on ${named}${more}`;
}
