import { commands, type Disposable, type LogOutputChannel } from 'vscode';
import { COMMANDS, type CommandName } from '../contributions.ts';
import { explain } from '../explain.ts';
import { eventCommands } from './events/events.ts';
import type { Handlers } from './handler.ts';
import { logCommands } from './logs/logs.ts';
import { runCommands } from './run/run.ts';
import { serverCommands } from './servers/servers.ts';
import { variableCommands } from './variables/variables.ts';

export type CommandDeps = Parameters<typeof runCommands>[0] &
  Parameters<typeof logCommands>[0] &
  Parameters<typeof eventCommands>[0] &
  Parameters<typeof serverCommands>[0] &
  Parameters<typeof variableCommands>[0] & { readonly log: LogOutputChannel };

/** Registers every command; what one of them throws becomes a sentence for the person. */
export function registerCommands(deps: CommandDeps): Disposable[] {
  const handlers: Handlers<CommandName> = {
    ...runCommands(deps),
    ...logCommands(deps),
    ...eventCommands(deps),
    ...serverCommands(deps),
    ...variableCommands(deps),
  };
  return Object.entries(handlers).map(([name, handle]) =>
    commands.registerCommand(COMMANDS[name as CommandName], async (target: unknown, selected?: unknown) => {
      try {
        return await handle(target, selected);
      } catch (error) {
        explain(error, deps.log);
        return undefined;
      }
    }),
  );
}
