import { CroniumError } from '../../domain/errors.ts';
import type { JobRecord, RunRecord } from '../../domain/run.ts';
import { Interrupt } from '../interrupt.ts';
import type { Shell } from '../shell.ts';
import { shortId } from '../text-view.ts';
import { watchRun } from '../watch.ts';

export interface LogsOptions {
  readonly server?: string;
  readonly raw?: boolean;
}

/** `cronium logs <run>`: the whole log, brought up to date by attaching first; follows a run that is still going on. */
export async function logsCommand(id: string, options: LogsOptions, shell: Shell): Promise<number> {
  const cronium = shell.cronium();
  const run = cronium.findRun(id);
  const jobs = chooseJobs(run, options.server);
  using interrupt = new Interrupt(() => interrupt.leave());
  const signals = { cancel: new AbortController().signal, leave: interrupt.left };
  if (options.raw) {
    // Followed to the end first: the raw bytes are then the mirror's.
    for await (const event of cronium.follow(run.id, signals)) void event;
    for (const job of jobs) await writeRaw(job, shell);
    return 0;
  }
  const servers = jobs.map(({ server }) => server.name);
  const events = only(cronium.follow(run.id, signals), new Set(servers));
  await watchRun(events, shell, {
    isJson: false,
    run: run.id,
    servers,
    left: interrupt.left,
    title: `${run.eventName} · run ${shortId(run.id)}`,
  });
  return 0;
}

function chooseJobs(run: RunRecord, server: string | undefined): readonly JobRecord[] {
  if (server === undefined) return run.jobs;
  const jobs = run.jobs.filter((job) => job.server.name === server);
  if (jobs.length > 0) return jobs;
  const names = run.jobs.map((job) => job.server.name).join(', ');
  throw new CroniumError('usage', `Cannot show the log of "${server}": run ${shortId(run.id)} was on ${names}`);
}

async function* only<E extends { readonly type: string; readonly server?: string }>(
  events: AsyncIterable<E>,
  servers: ReadonlySet<string>,
): AsyncGenerator<E> {
  for await (const event of events) if (event.server === undefined || servers.has(event.server)) yield event;
}

/** The exact bytes of stdout and stderr, in the order in which they came. */
async function writeRaw(job: JobRecord, shell: Shell): Promise<void> {
  for await (const entry of shell.cronium().log(job)) if (entry.kind === 'output') await shell.out.write(entry.bytes);
}
