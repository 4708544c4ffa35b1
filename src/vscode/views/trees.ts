import { workspace } from 'vscode';
import { VIEWS } from '../contributions.ts';
import type { LazyEngine } from '../engine.ts';
import { localFolders } from '../host/documents.ts';
import { deploymentRows } from './deployments.ts';
import { eventRows } from './events.ts';
import { describeMoment } from './moment.ts';
import type { Rows } from './row.ts';
import { RowTree } from './row-tree.ts';
import { runRows } from './runs.ts';
import { serverRows } from './servers.ts';

/** The views of the extension. */
export interface Trees extends Disposable {
  refreshEvents(): void;
  /** What the engine knows: servers, deployments, runs. */
  refreshFacts(): void;
  refreshAll(): void;
}

/** Makes the views; those of the engine's facts follow its changes. `onRunsSeen`: when runs are first looked at in a trusted workspace. */
export function createTrees(engine: LazyEngine, { onRunsSeen }: { onRunsSeen(): void }): Trees {
  const moment = (at: number): string => describeMoment(at, Date.now());
  let hasSeenRuns = false;
  const events = new RowTree(VIEWS.events, loadEvents);
  const servers = new RowTree(VIEWS.servers, async () => {
    const cronium = await engine.get();
    return { rows: serverRows(await cronium.servers(), cronium.deployments()) };
  });
  const deployments = new RowTree(
    VIEWS.deployments,
    async () => ({ rows: deploymentRows((await engine.get()).deployments(), { moment }) }),
    { isNested: true },
  );
  const runs = new RowTree(
    VIEWS.runs,
    async () => {
      const cronium = await engine.get();
      if (!hasSeenRuns && workspace.isTrusted) {
        hasSeenRuns = true;
        onRunsSeen();
      }
      return runRows(cronium.runs(), { moment });
    },
    { isNested: true },
  );
  const factual = [servers, deployments, runs];
  const refreshFacts = (): void => {
    for (const tree of factual) tree.refresh();
  };
  const changes = engine.onDidChange(refreshFacts);
  return {
    refreshEvents: () => events.refresh(),
    refreshFacts,
    refreshAll: () => {
      events.refresh();
      refreshFacts();
    },
    [Symbol.dispose]: () => {
      for (const one of [changes, events, ...factual]) one[Symbol.dispose]();
    },
  };
}

async function loadEvents(): Promise<Rows> {
  const { findEvents } = await import('../../app/events.ts');
  const signal = new AbortController().signal;
  const folders = localFolders().map(async ({ name, uri }) => ({
    name,
    root: uri.fsPath,
    events: await findEvents(uri.fsPath, { signal }),
  }));
  return { rows: eventRows(await Promise.all(folders)) };
}
