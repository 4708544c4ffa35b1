import type { Memento } from 'vscode';
import type { RunPlan, RunStatus } from '../../../domain/run.ts';
import type { LazyEngine } from '../../engine.ts';
import { revealSetting } from '../../host/settings.ts';
import { assertTrusted } from '../../host/trust.ts';
import type { LiveRuns, StartOptions } from '../../live-runs.ts';
import type { RunOutput } from '../../output/run-output.ts';
import type { Trees } from '../../views/trees.ts';
import { confirmProtected } from './confirm-protected.ts';
import { isRevealed } from './notice.ts';
import { tellUntold } from './tell-end.ts';
import { addUntold, takeUntold } from './untold-runs.ts';

/** What it takes to run a plan and to tell of it. */
export interface StartDeps {
  readonly engine: LazyEngine;
  readonly live: LiveRuns;
  readonly output: RunOutput;
  /** What the editor remembers for this workspace. */
  readonly memory: Memento;
  readonly trees: Pick<Trees, 'areRunsVisible'>;
}

/** A run that has begun. */
export interface StartedRun {
  readonly id: string;
  /** Without a status when this window has left the run to its servers. */
  readonly ended: Promise<RunStatus | undefined>;
}

/**
 * The one way to run a plan, whatever asks for it: a person confirms protected servers, the output is shown as the settings
 * say, the end is told once. Resolves when the run has begun. Throws `Stopped` when the person does not confirm.
 */
export async function startRun(plan: RunPlan, deps: StartDeps, options: StartOptions = {}): Promise<StartedRun> {
  assertTrusted();
  await confirmProtected(plan);
  const ended = deps.live.start(plan, options);
  // A task shows its own terminal and tells its own end.
  const isShown = plan.trigger !== 'task' && isRevealed(revealSetting(plan.trigger), 'begin');
  if (isShown) deps.output.reveal(plan);
  return { id: plan.id, ended: tellAfter(plan, ended, deps) };
}

async function tellAfter(
  { id, trigger }: RunPlan,
  ended: Promise<RunStatus | undefined>,
  deps: StartDeps,
): Promise<RunStatus | undefined> {
  // Until it is told here: who takes the run up when this window is gone tells it.
  const [status] = await Promise.all([ended, addUntold(deps.memory, id)]);
  if (status === undefined) return undefined;
  if (trigger === 'task') await takeUntold(deps.memory, id);
  else await tellUntold(id, deps);
  return status;
}
