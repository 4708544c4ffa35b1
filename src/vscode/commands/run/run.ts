import { type LogOutputChannel, workspace } from 'vscode';
import type { RunOnSave } from '../../triggers/run-on-save.ts';
import type { Trees } from '../../views/trees.ts';
import { type Handlers, rowsOf } from '../handler.ts';
import { cancelRun } from './cancel-run.ts';
import { copyOutputs } from './copy-outputs.ts';
import { copyRunId } from './copy-run-id.ts';
import { clearRuns, forgetRun } from './forget-run.ts';
import { refresh } from './refresh.ts';
import { replay, rerun, rerunFailed, rerunLast } from './rerun.ts';
import { retryNow } from './retry-now.ts';
import { runHere } from './run-here.ts';
import type { RunDeps } from './run-script.ts';
import { runSelection } from './run-selection.ts';
import { runSources, runSourcesOn } from './run-sources.ts';
import { runWithArguments } from './run-with-arguments.ts';
import { showMenu } from './show-menu.ts';
import { sourcesOf } from './sources.ts';

type Names =
  | 'runActiveScript'
  | 'runOn'
  | 'runSelection'
  | 'runWithArguments'
  | 'rerunLast'
  | 'rerunFailed'
  | 'rerun'
  | 'replay'
  | 'cancelRun'
  | 'retryNow'
  | 'runEvent'
  | 'runHere'
  | 'showMenu'
  | 'copyRunId'
  | 'copyOutputs'
  | 'forgetRun'
  | 'clearRuns'
  | 'pauseRunOnSave'
  | 'resumeRunOnSave'
  | 'forgetRunOnSave'
  | 'refresh'
  | 'showDiagnostics';

export interface RunCommandDeps extends RunDeps {
  readonly runOnSave: RunOnSave;
  readonly trees: Pick<Trees, 'areRunsVisible' | 'refreshEvents' | 'refreshAll'>;
  readonly log: LogOutputChannel;
}

/** The commands that run, repeat, stop and forget. */
export function runCommands(deps: RunCommandDeps): Handlers<Names> {
  const { live, runOnSave } = deps;
  return {
    runActiveScript: (target, selected) => runSources(sourcesOf(target, selected), deps),
    runOn: (target, selected) => runSourcesOn(sourcesOf(target, selected), deps),
    runSelection: () => runSelection(deps),
    runWithArguments: (target, selected) => runWithArguments(sourcesOf(target, selected), deps),
    rerunLast: () => rerunLast(deps),
    rerunFailed: (target, selected) => rerunFailed(rowsOf(target, selected), deps),
    rerun: (target, selected) => rerun(rowsOf(target, selected), deps),
    replay: (target, selected) => replay(rowsOf(target, selected), deps),
    cancelRun: (target, selected) => cancelRun(rowsOf(target, selected), deps),
    retryNow: (target, selected) => retryNow(rowsOf(target, selected), deps),
    runEvent: (target, selected) => runSources(sourcesOf(target, selected), deps),
    runHere: (target, selected) => runHere(rowsOf(target, selected), deps),
    showMenu: () =>
      showMenu({ running: live.names, isTrusted: workspace.isTrusted, isRunOnSavePaused: runOnSave.isPaused }),
    copyRunId: async (target, selected) => await copyRunId(rowsOf(target, selected)),
    copyOutputs: (target, selected) => copyOutputs(rowsOf(target, selected), deps),
    forgetRun: (target, selected) => forgetRun(rowsOf(target, selected), deps),
    clearRuns: () => clearRuns(deps),
    pauseRunOnSave: () => runOnSave.pause(),
    resumeRunOnSave: () => runOnSave.resume(),
    forgetRunOnSave: () => runOnSave.forget(),
    refresh: () => refresh(deps),
    showDiagnostics: async () => deps.log.show(true),
  };
}
