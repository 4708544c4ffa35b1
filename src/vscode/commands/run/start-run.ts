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
import { tellEnd } from './tell-end.ts';

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
  const status = deps.live.start(plan, options);
  // A task shows its own terminal and tells its own end.
  if (plan.trigger === 'task') return { id: plan.id, ended: status };
  const policy = revealSetting(plan.trigger === 'save' ? 'save' : 'person');
  if (isRevealed(policy, 'begin')) deps.output.reveal(plan);
  return { id: plan.id, ended: tellAfter(plan, status, { ...deps, policy }) };
}

async function tellAfter(
  plan: RunPlan,
  ended: Promise<RunStatus | undefined>,
  deps: StartDeps & Pick<Parameters<typeof tellEnd>[1], 'policy'>,
): Promise<RunStatus | undefined> {
  const status = await ended;
  if (status !== undefined && status !== 'running') await tellEnd((await deps.engine.get()).findRun(plan.id), deps);
  return status;
}
