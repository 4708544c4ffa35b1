import { l10n } from 'vscode';
import { CroniumError } from '../../../domain/errors.ts';
import { describeOutcome } from '../../../domain/outcome.ts';
import type { JobRecord, RunRecord } from '../../../domain/run.ts';
import type { RunJob } from '../../documents/documents.ts';
import { pickOne } from '../../host/steps.ts';
import { lineText } from '../../plain-text.ts';
import type { Row } from '../../views/row.ts';
import { rowsOf } from '../handler.ts';
import { comparisonOrder } from './comparison-order.ts';
import { findLogTarget } from './log-target.ts';
import type { LogDeps } from './logs.ts';

/** "Compare the Output of Two Servers": of the two selected ones, else of two servers of a run that the person picks. */
export async function compareServers(target: unknown, selected: unknown, deps: LogDeps): Promise<void> {
  const cronium = await deps.engine.get();
  const [left, right, ...more] = rowsOf(target, selected).flatMap((row) => jobOf(row, (id) => cronium.findRun(id)));
  if (left && right && more.length === 0) return await deps.documents.compare(left, right);
  const found = await findLogTarget(target, cronium, l10n.t('Choose the run whose servers to compare'));
  if (!found) return;
  const { run, server } = found;
  if (run.jobs.length < 2) {
    const message = `Cannot compare the output of "${run.eventName}": it ran on one server only`;
    throw new CroniumError('compare/single', message);
  }
  const [one, other] = await chooseTwo(run, server);
  await deps.documents.compare({ run, job: one }, { run, job: other });
}

function jobOf({ target }: Row, find: (run: string) => RunRecord): RunJob[] {
  if (target?.kind !== 'job') return [];
  const run = find(target.run);
  return run.jobs.filter(({ server }) => server.name === target.server).map((job) => ({ run, job }));
}

async function chooseTwo(run: RunRecord, server: string | undefined): Promise<readonly [JobRecord, JobRecord]> {
  const [first, second] = comparisonOrder(run.jobs);
  if (run.jobs.length === 2 && first && second) return [first, second];
  const named = run.jobs.find((job) => job.server.name === server);
  const one = named ?? (await choose(run, comparisonOrder(run.jobs), { step: 1, of: 2 }));
  const others = comparisonOrder(
    run.jobs.filter((job) => job !== one),
    { against: one },
  );
  return [one, await choose(run, others, named ? {} : { step: 2, of: 2 })];
}

async function choose(
  run: RunRecord,
  jobs: readonly JobRecord[],
  step: { readonly step?: number; readonly of?: number },
): Promise<JobRecord> {
  const items = jobs.map((job) => ({
    job,
    label: lineText(job.server.name),
    description: lineText(describeOutcome(job.outcome)),
  }));
  const chosen = await pickOne(items, {
    ...step,
    title: l10n.t('Compare the output of “{0}”', lineText(run.eventName)),
    placeholder: step.step === 1 ? l10n.t('Choose the first server') : l10n.t('Choose the other server'),
  });
  return chosen.job;
}
