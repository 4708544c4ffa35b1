import { l10n } from 'vscode';
import { describeOutcome } from '../../../domain/outcome.ts';
import type { JobRecord, RunRecord } from '../../../domain/run.ts';
import { pickOne } from '../../host/steps.ts';
import { lineText } from '../../plain-text.ts';
import { findLogTarget } from './log-target.ts';
import type { LogDeps } from './logs.ts';

/** "Open Full Log": all that a run has printed on a server, or on all of them one after the other, as a file. */
export async function openFullLog(target: unknown, deps: LogDeps): Promise<void> {
  const cronium = await deps.engine.get();
  const found = await findLogTarget(target, cronium, l10n.t('Choose the run whose full log to open'));
  if (!found) return;
  const { run, server } = found;
  const named = run.jobs.filter((job) => job.server.name === server);
  await deps.documents.openFullLog(run, named.length > 0 ? named : await chooseJobs(run));
}

async function chooseJobs(run: RunRecord): Promise<readonly JobRecord[]> {
  if (run.jobs.length === 1) return run.jobs;
  const all = { label: l10n.t('All servers'), description: l10n.t('In one file, one after the other'), jobs: run.jobs };
  const each = run.jobs.map((job) => ({
    label: lineText(job.server.name),
    description: lineText(describeOutcome(job.outcome)),
    jobs: [job],
  }));
  const chosen = await pickOne([...each, all], {
    title: l10n.t('Full log of “{0}”', lineText(run.eventName)),
    placeholder: l10n.t('Choose the server whose log to open'),
  });
  return chosen.jobs;
}
