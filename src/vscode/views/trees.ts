import { workspace } from 'vscode';
import { VIEWS } from '../contributions.ts';
import type { LazyEngine } from '../engine.ts';
import type { EventIndex } from '../event-index.ts';
import { openFolders } from '../host/place.ts';
import type { LiveRuns } from '../live-runs.ts';
import type { Memory } from '../memory.ts';
import { recentScripts } from '../recent-scripts.ts';
import { Watching } from '../watching.ts';
import { deploymentRows } from './deployments.ts';
import { eventRows } from './events.ts';
import { describeMoment } from './moment.ts';
import { RowTree } from './row-tree.ts';
import { runningBadge, runRows } from './runs.ts';
import { serverRows } from './servers.ts';
import { variableRows } from './variables.ts';

/** The views of the extension. */
export interface Trees extends Disposable {
  readonly areRunsVisible: boolean;
  readonly areServersVisible: boolean;
  refreshEvents(): void;
  /** What the engine knows: servers, deployments, variables, runs. */
  refreshFacts(): void;
  refreshAll(): void;
}

export interface TreeDeps {
  readonly engine: LazyEngine;
  readonly live: LiveRuns;
  readonly events: EventIndex;
  readonly memory: Memory;
  /** The list of runs can be seen from now on, in a trusted workspace. */
  onRunsSeen(): void;
}

/** Makes the views; those of the engine's facts follow its changes. */
export function createTrees({ engine, live, events, memory, onRunsSeen }: TreeDeps): Trees {
  const moment = (at: number): string => describeMoment(at, Date.now());
  const eventTree = new RowTree(VIEWS.events, async () => ({
    rows: eventRows(await events.get(), recentScripts(memory)),
  }));
  const servers = new RowTree(
    VIEWS.servers,
    async () => {
      const cronium = await engine.get();
      const [known, groups] = await Promise.all([cronium.knownServers(), cronium.groups()]);
      return { rows: serverRows(known, { moment, groups }) };
    },
    { isNested: true },
  );
  const deployments = new RowTree(
    VIEWS.deployments,
    async () => {
      const cronium = await engine.get();
      const names = new Map(cronium.runs().map(({ id, eventName }) => [id, eventName]));
      return { rows: deploymentRows(cronium.deployments(), { moment, runName: (run) => names.get(run) }) };
    },
    { isNested: true },
  );
  const variables = new RowTree(
    VIEWS.variables,
    async () => {
      const known = (await engine.get()).variables();
      const folders = known.some(({ scope }) => scope === 'event') ? await events.get() : [];
      const eventName = (root: string, id: string): string | undefined =>
        folders.find((folder) => folder.root === root)?.events.find(({ event }) => event.id === id)?.event.name;
      return { rows: variableRows(known, { moment, folders: openFolders().map(({ root }) => root), eventName }) };
    },
    { isNested: true },
  );
  const runRowDeps = {
    moment,
    liveJob: (run: string, server: string) => live.findJob(run, server),
    liveNote: (run: string) => live.findNote(run),
  };
  const runs = new RowTree(VIEWS.runs, async () => runRows((await engine.get()).runs(), runRowDeps), {
    isNested: true,
  });
  const factual = [servers, deployments, variables, runs];
  const refreshFacts = (): void => {
    for (const tree of factual) tree.refresh();
  };
  const watching = new Watching(engine, () => live.names.length > 0 || factual.some(({ isVisible }) => isVisible));
  const parts = [
    engine.onDidChange(refreshFacts),
    events.onDidChange(() => eventTree.refresh()),
    live.onDidChange(() => {
      watching.update();
      // Seen, the list counts for itself, with the runs of other windows.
      if (runs.isVisible) runs.refresh();
      else runs.badge = runningBadge(live.names.length);
    }),
    watching,
  ];
  const listeners = [
    runs.onDidChangeVisibility((isVisible) => {
      if (isVisible && workspace.isTrusted) onRunsSeen();
    }),
    ...factual.map((tree) => tree.onDidChangeVisibility(() => watching.update())),
  ];
  return {
    get areRunsVisible() {
      return runs.isVisible;
    },
    get areServersVisible() {
      return servers.isVisible;
    },
    refreshEvents: () => eventTree.refresh(),
    refreshFacts,
    refreshAll: () => {
      events.touch();
      refreshFacts();
    },
    [Symbol.dispose]: () => {
      for (const listener of listeners) listener.dispose();
      for (const one of [...parts, eventTree, ...factual]) one[Symbol.dispose]();
    },
  };
}
