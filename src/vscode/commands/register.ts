import { commands, type Disposable, type LogOutputChannel, Uri } from 'vscode';
import { COMMANDS } from '../contributions.ts';
import { explain } from '../explain.ts';
import type { RunOnSave } from '../triggers/run-on-save.ts';
import { isRow, type Row } from '../views/row.ts';
import type { Trees } from '../views/trees.ts';
import { cancelRun } from './cancel-run.ts';
import { openScript } from './open-script.ts';
import { refresh } from './refresh.ts';
import { runActiveScript } from './run-active-script.ts';
import { runEvent } from './run-event.ts';
import { runHere } from './run-here.ts';
import { runOn } from './run-on.ts';
import type { RunDeps } from './run-script.ts';
import { showLog } from './show-log.ts';

export interface CommandDeps extends RunDeps {
  readonly trees: Trees;
  readonly runOnSave: RunOnSave;
  readonly log: LogOutputChannel;
}

/** Registers every command; what one of them throws becomes a sentence for the person. */
export function registerCommands(deps: CommandDeps): Disposable[] {
  const handlers: Record<keyof typeof COMMANDS, (target: unknown) => Promise<void>> = {
    runActiveScript: (target) => runActiveScript(uri(target), deps),
    runEvent: (target) => runEvent(row(target), deps),
    runOn: (target) => runOn(row(target) ?? uri(target), deps),
    runHere: (target) => runHere(row(target), deps),
    cancelRun: (target) => cancelRun(row(target), deps),
    showLog: (target) => showLog(row(target), deps),
    refresh: async () => {
      deps.trees.refreshAll();
      await refresh(deps);
    },
    openScript: (target) => openScript(row(target)),
    pauseRunOnSave: () => deps.runOnSave.pause(),
    resumeRunOnSave: () => deps.runOnSave.resume(),
    forgetRunOnSave: () => deps.runOnSave.forget(),
  };
  return Object.entries(handlers).map(([name, handle]) =>
    commands.registerCommand(COMMANDS[name as keyof typeof COMMANDS], async (target: unknown) => {
      try {
        await handle(target);
      } catch (error) {
        explain(error, deps.log);
      }
    }),
  );
}

function row(target: unknown): Row | undefined {
  return isRow(target) ? target : undefined;
}

function uri(target: unknown): Uri | undefined {
  return target instanceof Uri ? target : undefined;
}
