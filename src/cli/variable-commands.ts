import type { Command } from 'commander';
import {
  getVariable,
  listVariables,
  setVariable,
  unsetVariable,
  type VariableOptions,
  variableHistory,
} from './commands/variables.ts';
import type { Shell } from './shell.ts';
import { SCOPE_FORMS } from './variable-place.ts';

/** Adds `cronium var …`. */
export function addVariableCommands(
  program: Command,
  start: (command: (shell: Shell) => Promise<number>) => Promise<void>,
): void {
  const scope = ['--scope <scope>', `${SCOPE_FORMS}; unless told, this folder's workspace, then global`] as const;
  const group = program.command('var').description('look after the variables that scripts share');
  group
    .command('list')
    .description('list the variables, by name')
    .option('--scope <scope>', `only those of: ${SCOPE_FORMS}`)
    .option('--json', 'one JSON object a line')
    .action((options: VariableOptions) => start((shell) => listVariables(options, shell)));
  group
    .command('get')
    .description('print the value of a variable: a text as it is, anything else as JSON')
    .argument('<name>')
    .option(...scope)
    .option('--json', 'also a text as JSON')
    .action((name: string, options: VariableOptions) => start((shell) => getVariable(name, options, shell)));
  group
    .command('set')
    .description('set a variable to a text')
    .argument('<name>')
    .argument('<value>')
    .option(...scope)
    .option('--json', 'the value is JSON')
    .option('--secret', 'keep the value where only scripts get it; needs a place for secrets, as the editor has it')
    .action((name: string, value: string, options: VariableOptions & { secret?: boolean }) =>
      start((shell) => setVariable(name, value, options, shell)),
    );
  group
    .command('unset')
    .description('remove a variable')
    .argument('<name>')
    .option(...scope)
    .action((name: string, options: VariableOptions) => start((shell) => unsetVariable(name, options, shell)));
  group
    .command('history')
    .description('list the last changes of a variable, newest first')
    .argument('<name>')
    .option(...scope)
    .option('--json', 'one JSON object a line')
    .action((name: string, options: VariableOptions) => start((shell) => variableHistory(name, options, shell)));
}
