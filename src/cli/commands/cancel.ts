import { shortId } from '../../domain/id.ts';
import { ExitCode } from '../exit-code.ts';
import { Interrupt } from '../interrupt.ts';
import type { Shell } from '../shell.ts';
import { watchRun } from '../watch.ts';

/** `cronium cancel <run>`: stops the run's scripts on their servers and waits until these have confirmed it. */
export async function cancelCommand(id: string, shell: Shell): Promise<number> {
  const cronium = shell.cronium();
  const run = cronium.findRun(id);
  const open = run.jobs.filter(({ outcome }) => outcome === undefined);
  if (open.length === 0) {
    await shell.err.write(`Run ${shortId(run.id)} has ended already; its log: cronium logs ${shortId(run.id)}\n`);
    return 0;
  }
  using interrupt = new Interrupt(() => interrupt.leave());
  const outcomes = await watchRun(cronium.cancel(run.id, { leave: interrupt.left }), shell, {
    isJson: false,
    run: run.id,
    servers: open.map(({ server }) => server.name),
    left: interrupt.left,
    title: `${run.eventName} · run ${shortId(run.id)}`,
  });
  return outcomes.every((outcome) => outcome !== undefined) ? ExitCode.success : ExitCode.broken;
}
