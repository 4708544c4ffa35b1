import { ExitCode } from '../../app/exit-code.ts';
import { shortId } from '../../domain/id.ts';
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
