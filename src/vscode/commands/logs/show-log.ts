import { l10n } from 'vscode';
import type { RunRecord } from '../../../domain/run.ts';
import { findLogTarget } from './log-target.ts';
import type { LogDeps } from './logs.ts';

/** "Show Log": the lines of a run, or of a run on one server, from the first one. */
export async function showLog(target: unknown, deps: LogDeps): Promise<void> {
  const cronium = await deps.engine.get();
  const found = await findLogTarget(target, cronium, l10n.t('Choose the run whose log to show'));
  if (!found) return;
  const { run, server } = found;
  const shown = deps.live.show(run, server === undefined ? {} : { server });
  // It has its channel from here on, however long it goes on.
  deps.output.reveal(run);
  await shown;
}

/** Shows a run again from its first line, in the order of now, to its end or until something else is shown of it. */
export async function showAgain(run: RunRecord, { engine, live, output }: LogDeps): Promise<void> {
  const cronium = await engine.get();
  const view = output.reopen(run);
  view.reveal();
  const leave = AbortSignal.any([view.closed, live.left]);
  for await (const event of cronium.follow(run.id, { cancel: new AbortController().signal, leave })) {
    view.show(event);
    await view.room();
  }
}
