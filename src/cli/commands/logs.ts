import { ExitCode } from '../../app/exit-code.ts';
import { displayableLine } from '../../base/display.ts';
import { shortId } from '../../domain/id.ts';
import type { JobRecord } from '../../domain/run.ts';
import { Interrupt } from '../interrupt.ts';
import { jobsOn } from '../jobs-on.ts';
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
  const jobs = jobsOn(run, options.server, 'show the log of');
  const servers = jobs.map(({ server }) => server.name);
  using interrupt = new Interrupt(() => interrupt.leave());
  const signals = { cancel: new AbortController().signal, leave: interrupt.left };
  if (options.raw) {
    // Followed to the end first: the raw bytes are then the mirror's.
    const settled = new Set<string>();
    for await (const event of cronium.follow(run.id, signals, { servers })) {
      if (event.type === 'settled') settled.add(event.server);
      if (event.type === 'note')
        await shell.err.write(`${displayableLine(`${event.server ?? run.eventName}: ${event.message}`)}\n`);
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

/** The exact bytes of stdout and stderr, in the order in which they came. */
async function writeRaw(job: JobRecord, shell: Shell): Promise<void> {
  for await (const entry of shell.cronium().log(job)) if (entry.kind === 'output') await shell.out.write(entry.bytes);
}
