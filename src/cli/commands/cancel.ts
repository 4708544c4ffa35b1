import { ExitCode } from '../../app/exit-code.ts';
import { CroniumError } from '../../domain/errors.ts';
import { shortId } from '../../domain/id.ts';
import type { JobRecord } from '../../domain/run.ts';
import { forEachServer } from '../for-each-server.ts';
import { Interrupt } from '../interrupt.ts';
import { jobsOn } from '../jobs-on.ts';
import type { Shell } from '../shell.ts';
import { watchRun } from '../watch.ts';

export interface CancelOptions {
  readonly server?: string;
}

/** `cronium cancel <run>`: stops the run's scripts on their servers and waits until these have confirmed it. */
export async function cancelCommand(id: string, options: CancelOptions, shell: Shell): Promise<number> {
  const cronium = shell.cronium();
  const run = cronium.findRun(id);
  const jobs = jobsOn(run, options.server, 'cancel');
  const open = jobs.filter(({ outcome }) => outcome === undefined);
  const lost = jobs.filter(({ outcome }) => outcome?.kind === 'lost');
  if (open.length === 0 && lost.length > 0) return await endStrays(lost, shell);
  if (open.length === 0) {
    await shell.err.write(`Run ${shortId(run.id)} has ended already; its log: cronium logs ${shortId(run.id)}\n`);
    return 0;
  }
  using interrupt = new Interrupt(() => interrupt.leave());
  const servers = open.map(({ server }) => server.name);
  const outcomes = await watchRun(cronium.cancel(run.id, { leave: interrupt.left }, { servers }), shell, {
    isJson: false,
    run: run.id,
    servers,
    left: interrupt.left,
    title: `${run.eventName} · run ${shortId(run.id)}`,
  });
  return outcomes.every((outcome) => outcome !== undefined) ? ExitCode.success : ExitCode.broken;
}

/** Nobody supervises the script of a lost job any more: what it left running can still be ended. */
async function endStrays(jobs: readonly JobRecord[], shell: Shell): Promise<number> {
  const cronium = shell.cronium();
  const names = jobs.map(({ server }) => server.name);
  return await forEachServer(names, shell, async ({ name }, { signal }) => {
    const job = jobs.find(({ server }) => server.name === name) as JobRecord;
    const left = await cronium.endStrays(job, { signal });
    if (left.length === 0) return `${name}  nothing that the script has started is left running`;
    const still = left.map((stray) => `${stray.name} (${stray.pid})`).join(', ');
    throw new CroniumError('cancel/strays', `Cannot end what the script has started on "${name}": ${still} goes on`);
  });
}
