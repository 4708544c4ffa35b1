import { ExitCode, exitCode } from '../app/exit-code.ts';
import { CroniumError } from '../domain/errors.ts';
import type { RunPlan } from '../domain/run.ts';
import type { Interrupt } from './interrupt.ts';
import type { Shell } from './shell.ts';
import { watchRun } from './watch.ts';

/** Runs a plan and shows it; the exit code tells how it ended. Protected servers are confirmed first. */
export async function startPlan(
  plan: RunPlan,
  options: { readonly yes?: boolean; readonly json?: boolean },
  { shell, interrupt }: { readonly shell: Shell; readonly interrupt: Interrupt },
): Promise<number> {
  if (!options.yes && !(await isConfirmed(plan, shell, interrupt))) {
    await shell.err.write('Nothing was run\n');
    return ExitCode.cancelled;
  }
  const events = shell.cronium().run(plan, { cancel: interrupt.cancel, leave: interrupt.left });
  return exitCode(
    await watchRun(events, shell, {
      isJson: options.json === true,
      servers: plan.jobs.map(({ server }) => server.name),
      run: plan.id,
      left: interrupt.left,
    }),
  );
}

async function isConfirmed({ jobs, eventName }: RunPlan, shell: Shell, interrupt: Interrupt): Promise<boolean> {
  const servers = jobs.flatMap(({ server }) => (server.isProtected ? [server.name] : [])).join(', ');
  if (servers === '') return true;
  const { askLine } = shell.prompts;
  if (!askLine) {
    throw new CroniumError(
      'run/protected',
      `Cannot run "${eventName}" on ${servers}: protected servers are confirmed, and there is no terminal to ask on; say --yes`,
    );
  }
  const signal = AbortSignal.any([interrupt.cancel, interrupt.left]);
  const answer = await askLine(`Run "${eventName}" on the protected ${servers}? (y/N)`, { signal });
  return /^y(es)?$/i.test(answer?.trim() ?? '');
}
