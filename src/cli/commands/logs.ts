import { CroniumError } from '../../domain/errors.ts';
import { shortId } from '../../domain/id.ts';
import type { JobRecord, RunRecord } from '../../domain/run.ts';
import { ExitCode } from '../exit-code.ts';
import { Interrupt } from '../interrupt.ts';
import type { Shell } from '../shell.ts';
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
  const servers = jobs.map(({ server }) => server.name);
  using interrupt = new Interrupt(() => interrupt.leave());
  const signals = { cancel: new AbortController().signal, leave: interrupt.left };
  if (options.raw) {
    // Followed to the end first: the raw bytes are then the mirror's.
    const settled = new Set<string>();
    for await (const event of cronium.follow(run.id, signals, { servers })) {
      if (event.type === 'settled') settled.add(event.server);
      if (event.type === 'note') await shell.err.write(`${event.server ?? run.eventName}: ${event.message}\n`);
    }
    for (const job of jobs) await writeRaw(job, shell);
    return servers.every((server) => settled.has(server)) ? 0 : ExitCode.broken;
  }
  const outcomes = await watchRun(cronium.follow(run.id, signals, { servers }), shell, {
    isJson: false,
    run: run.id,
    servers,
    left: interrupt.left,
    title: `${run.eventName} · run ${shortId(run.id)}`,
  });
  return outcomes.every((outcome) => outcome !== undefined) ? 0 : ExitCode.broken;
}

function chooseJobs(run: RunRecord, server: string | undefined): readonly JobRecord[] {
  if (server === undefined) return run.jobs;
  const jobs = run.jobs.filter((job) => job.server.name === server);
  if (jobs.length > 0) return jobs;
  const names = run.jobs.map((job) => job.server.name).join(', ');
  throw new CroniumError('usage', `Cannot show the log of "${server}": run ${shortId(run.id)} was on ${names}`);
}

/** The exact bytes of stdout and stderr, in the order in which they came. */
async function writeRaw(job: JobRecord, shell: Shell): Promise<void> {
  for await (const entry of shell.cronium().log(job)) if (entry.kind === 'output') await shell.out.write(entry.bytes);
}
