import { l10n } from 'vscode';
import type { Documents } from '../../documents/documents.ts';
import type { LazyEngine } from '../../engine.ts';
import { assertTrusted } from '../../host/trust.ts';
import type { LiveRuns } from '../../live-runs.ts';
import type { RunOutput } from '../../output/run-output.ts';
import type { Handlers } from '../handler.ts';
import { compareServers } from './compare-servers.ts';
import { findLogTarget } from './log-target.ts';
import { openFullLog } from './open-full-log.ts';
import { showLog } from './show-log.ts';
import { showOrder } from './show-order.ts';

/** What the commands on logs work with. */
export interface LogDeps {
  readonly engine: LazyEngine;
  readonly live: LiveRuns;
  readonly output: RunOutput;
  readonly documents: Documents;
}

type Names =
  | 'showLog'
  | 'openRun'
  | 'openFullLog'
  | 'compareServers'
  | 'showByServer'
  | 'showInterleaved'
  | 'toggleFollow';

/** The commands that show what scripts have printed. The log of a run that goes on is read from its servers. */
export function logCommands(deps: LogDeps): Handlers<Names> {
  return {
    showLog: trusted((target) => showLog(target, deps)),
    openRun: trusted((target) => openRun(target, deps)),
    openFullLog: trusted((target) => openFullLog(target, deps)),
    compareServers: trusted((target, selected) => compareServers(target, selected, deps)),
    showByServer: trusted(() => showOrder('byServer', deps)),
    showInterleaved: trusted(() => showOrder('interleaved', deps)),
    toggleFollow: async () => deps.documents.toggleFollow(),
  };
}

/** "Open Run": its document, at the section of a server when the row is one. */
async function openRun(target: unknown, { engine, documents }: LogDeps): Promise<void> {
  const found = await findLogTarget(target, await engine.get(), l10n.t('Choose the run to open'));
  if (!found) return;
  const { run, server } = found;
  await documents.openRun(run, server === undefined ? {} : { server });
}

type Handler = (target: unknown, selected: unknown) => Promise<void>;

function trusted(handle: Handler): (target: unknown, selected?: unknown) => Promise<void> {
  return async (target, selected) => {
    assertTrusted();
    await handle(target, selected);
  };
}
