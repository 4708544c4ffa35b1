import { l10n, window } from 'vscode';
import { CroniumError } from '../../../domain/errors.ts';
import type { RunRecord } from '../../../domain/run.ts';
import { isSelection } from '../../event-key.ts';
import { readEvent } from '../../host/documents.ts';
import { assertTrusted } from '../../host/trust.ts';
import { noticeText } from '../../plain-text.ts';
import { withProgress } from '../../progress.ts';
import type { Row } from '../../views/row.ts';
import { findLatest, findRun } from './pick-run.ts';
import { runEach } from './run-each.ts';
import { findRequest } from './run-requests.ts';
import { type RunDeps, runScript } from './run-script.ts';
import { failedServers, type RunTarget, runTargets } from './run-targets.ts';
import { type StartedRun, startRun } from './start-run.ts';

/** "Rerun": the scripts of runs as they are now, on the servers of then. */
export async function rerun(rows: readonly Row[], deps: RunDeps): Promise<void> {
  await each(rows, deps, (run, servers) => begin(run, servers, deps));
}

/** "Replay": the very payloads, arguments and input of runs, on the servers of then. */
export async function replay(rows: readonly Row[], deps: RunDeps): Promise<void> {
  await each(rows, deps, (run, servers) => beginReplay(run, servers, deps));
}

/** "Rerun Last": the script of the last run of this workspace. */
export async function rerunLast(deps: RunDeps): Promise<void> {
  assertTrusted();
  const run = findLatest(await deps.engine.get(), deps.live);
  if (run) await (await begin(run, undefined, deps)).ended;
  else void window.showInformationMessage(l10n.t('No script of this workspace has run yet'));
}

/** "Rerun Failed Servers": the scripts of runs, or of the last run, on the servers where they did not succeed. */
export async function rerunFailed(rows: readonly Row[], deps: RunDeps): Promise<void> {
  assertTrusted();
  const cronium = await deps.engine.get();
  const targets = runTargets(rows);
  const latest = targets.length === 0 ? findLatest(cronium, deps.live) : undefined;
  const runs = latest ? [latest] : targets.map(({ run }) => cronium.findRun(run));
  const failed = runs.filter((run) => failedServers(run).length > 0);
  if (failed.length === 0) {
    void window.showInformationMessage(l10n.t('No server has failed in the last run'));
    return;
  }
  await runEach(failed, async (run) => await begin(run, failedServers(run), deps));
}

async function each(
  rows: readonly Row[],
  deps: RunDeps,
  start: (run: RunRecord, servers: readonly string[] | undefined) => Promise<StartedRun>,
): Promise<void> {
  assertTrusted();
  const cronium = await deps.engine.get();
  const targets = rows.length > 0 ? runTargets(rows) : await pick(deps);
  await runEach(targets, async ({ run, servers }) => await start(cronium.findRun(run), servers));
}

async function pick({ engine }: RunDeps): Promise<readonly RunTarget[]> {
  const options = { placeHolder: l10n.t('Choose the run to repeat'), isOffered: () => true };
  const run = await findRun(undefined, await engine.get(), options);
  return run ? [{ run: run.id }] : [];
}

async function begin(run: RunRecord, servers: readonly string[] | undefined, deps: RunDeps): Promise<StartedRun> {
  // A selected text is nowhere but in the payload of then.
  if (isSelection(run)) return await beginReplay(run, servers, deps);
  if (!run.script) {
    throw new CroniumError(
      'run/script',
      l10n.t('Cannot rerun “{0}”: it is not known where its script is; replay it instead', noticeText(run.eventName)),
    );
  }
  const script = await readEvent({ id: run.eventId, script: run.script });
  const named = servers ?? run.jobs.map(({ server }) => server.name);
  return await runScript(script, { kind: 'named', servers: named }, deps, findRequest(deps.memory, run.id));
}

async function beginReplay(run: RunRecord, servers: readonly string[] | undefined, deps: RunDeps): Promise<StartedRun> {
  const cronium = await deps.engine.get();
  const title = l10n.t('Cronium: preparing “{0}”', noticeText(run.eventName));
  const plan = await withProgress(title, async (signal) => {
    return await cronium.planReplay(run.id, { ...(servers ? { servers } : {}), signal });
  });
  return await startRun(plan, deps);
}
