import type { ScriptEvent } from '../domain/event.ts';
import type { RunPlan, RunRecord } from '../domain/run.ts';
import type { Server } from '../domain/server.ts';
import type { Store } from '../store/store.ts';
import { type Catalog, chooseServers, renewServers } from './catalog.ts';
import type { PlanOptions, ReplayOptions } from './cronium.ts';
import { GitAnswers } from './git-answers.ts';
import type { Host } from './host.ts';
import { nodeFiles } from './node-files.ts';
import { planRun } from './planning.ts';
import { planReplay } from './replay.ts';

export interface PlannerDeps {
  readonly host: Host;
  readonly store: Store;
  catalog(): Promise<Catalog>;
}

/** Decides what a run would do; nothing has happened on a server yet. */
export class Planner {
  readonly #deps: PlannerDeps;
  readonly #gitAnswers = new GitAnswers();

  constructor(deps: PlannerDeps) {
    this.#deps = deps;
  }

  plan(event: ScriptEvent, options: PlanOptions): Promise<RunPlan> {
    const { env, homeDir, prompts, files = nodeFiles } = this.#deps.host;
    const { payloadsDir } = this.#deps.store;
    const choose = async (selectors: readonly string[]): Promise<readonly Server[]> =>
      chooseServers(selectors, await this.#deps.catalog());
    const gitAnswers = this.#gitAnswers;
    return planRun(event, options, { payloadsDir, files, env, homeDir, gitAnswers, prompts, chooseServers: choose });
  }

  async planReplay(run: RunRecord, options: ReplayOptions): Promise<RunPlan> {
    const { env, prompts } = this.#deps.host;
    const { payloadsDir, runs } = this.#deps.store;
    return await planReplay(run, runs.keptPlan(run.id), options, {
      ...{ env, prompts, payloadsDir },
      renewServers: async (servers) => renewServers(servers, await this.#deps.catalog()),
    });
  }
}
