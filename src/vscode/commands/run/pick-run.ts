import { window } from 'vscode';
import type { Cronium } from '../../../app/cronium.ts';
import { Stopped } from '../../../domain/errors.ts';
import { shortId } from '../../../domain/id.ts';
import { type RunRecord, runStatus } from '../../../domain/run.ts';
import { describeStatus } from '../../describe.ts';
import { openFolders } from '../../host/place.ts';
import type { LiveRuns } from '../../live-runs.ts';
import { lineText } from '../../plain-text.ts';
import { describeMoment } from '../../views/moment.ts';
import type { Row } from '../../views/row.ts';
import { latestOf } from './run-targets.ts';

/** The run of a row, else one of those that `isOffered`, chosen by the person. Undefined when there is none to offer. */
export async function findRun(
  row: Row | undefined,
  cronium: Cronium,
  options: { readonly placeHolder: string; isOffered(run: RunRecord): boolean },
): Promise<RunRecord | undefined> {
  const target = row?.target;
  if (target?.kind === 'run' || target?.kind === 'job') return cronium.findRun(target.run);
  const runs = cronium.runs().filter(options.isOffered);
  if (runs.length === 0) return undefined;
  const chosen = await window.showQuickPick(
    runs.map((run) => ({ run, label: lineText(run.eventName), description: describe(run) })),
    { placeHolder: options.placeHolder, matchOnDescription: true },
  );
  if (!chosen) throw new Stopped('user');
  return chosen.run;
}

/** The last run of this workspace: started in this window, or of one of its scripts. */
export function findLatest(cronium: Cronium, live: LiveRuns): RunRecord | undefined {
  return latestOf(cronium.runs(), { started: live.latest, roots: openFolders().map(({ root }) => root) });
}

function describe({ id, jobs, startedAt }: RunRecord): string {
  const status = describeStatus(runStatus(jobs.map(({ outcome }) => outcome)));
  const servers = lineText(jobs.map(({ server }) => server.name).join(', '));
  return [describeMoment(startedAt, Date.now()), status, servers, shortId(id)].join(' · ');
}
