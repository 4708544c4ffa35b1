import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { CroniumError } from '../domain/errors.ts';
import { cancelCommand } from './commands/cancel.ts';
import { type LogsOptions, logsCommand } from './commands/logs.ts';
import { type RunOptions, runCommand } from './commands/run.ts';
import { runsCommand } from './commands/runs.ts';
import { serversCommand } from './commands/servers.ts';
import { ExitCode } from './exit-code.ts';
import { createShell, type GlobalOptions, type Shell } from './shell.ts';

/** The package's version, put in by the build. */
declare const CRONIUM_VERSION: string;

void main(process.argv).then((code) => {
  process.exitCode = code;
});

/** Parses the command line, does what it says, and returns the exit code. */
async function main(argv: readonly string[]): Promise<number> {
  let code = 0;
  const program = createProgram(async (command) => {
    // Whoever read our output is gone (`| head`): there is nothing more to do here, the runs go on.
    await using shell = createShell(program.opts<GlobalOptions>(), {
      onOutputGone: () => process.kill(process.pid, 'SIGTERM'),
    });
    code = await command(shell);
  });
  try {
    await program.parseAsync(argv);
    return code;
  } catch (error) {
    return explain(error);
  }
}

function createProgram(start: (command: (shell: Shell) => Promise<number>) => Promise<void>): Command {
  const program = new Command('cronium')
    .description('Runs a script on your servers: packed, deployed, streamed live, summed up.')
    .version(CRONIUM_VERSION)
    .option('-F, --ssh-config <file>', 'SSH configuration to use instead of the default one')
    .option('--data-dir <dir>', 'where runs and logs are kept')
    .option('--config <file>', 'configuration file with your servers and groups')
    .option('--no-color', 'no colours')
    .option('--verbose', 'say what happens on the way')
    .showHelpAfterError('(cronium --help tells more)')
    .exitOverride();
  program
    .command('run')
    .description('run a script on servers and show its output as it is written')
    .argument('<script>', 'the script')
    .argument('[args...]', 'arguments for the script, after --')
    .option('--on <servers>', 'names, web-*, @tag, !name; may be given more than once', collect, [])
    .option('--input <json>', 'input for the script: JSON, or @file')
    .option('--env <NAME=value>', 'environment variable for the script; may be given more than once', collect, [])
    .option('--timeout <duration>', 'time limit, such as 90s or 10m')
    .option('--parallel <number>', 'servers at once')
    .option('--json', 'one JSON object a line')
    .action((script: string, args: string[], options: RunOptions) =>
      start((shell) => runCommand(script, args, options, shell)),
    );
  program
    .command('runs')
    .description('list the runs, newest first')
    .option('--json', 'one JSON object a line')
    .action((options: { json?: boolean }) => start((shell) => runsCommand(options, shell)));
  program
    .command('logs')
    .description('show the log of a run; follow it if it is still going on')
    .argument('<run>', 'its id, or how it begins')
    .option('--server <name>', 'of this server only')
    .option('--raw', 'the exact bytes of stdout and stderr')
    .action((run: string, options: LogsOptions) => start((shell) => logsCommand(run, options, shell)));
  program
    .command('cancel')
    .description('stop the scripts of a run')
    .argument('<run>', 'its id, or how it begins')
    .action((run: string) => start((shell) => cancelCommand(run, shell)));
  program
    .command('servers')
    .description('list the servers that can be named')
    .option('--json', 'one JSON object a line')
    .action((options: { json?: boolean }) => start((shell) => serversCommand(options, shell)));
  return program;
}

function collect(value: string, previous: readonly string[]): string[] {
  if (value === '') throw new InvalidArgumentError('It is empty.');
  return [...previous, value];
}

/** Turns what was thrown into a sentence and an exit code. */
function explain(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.success : ExitCode.usage;
  if (error instanceof CroniumError) {
    process.stderr.write(`cronium: ${error.message}\n`);
    return USAGE_CODES.test(error.code) ? ExitCode.usage : ExitCode.broken;
  }
  if (error instanceof Error && error.name === 'Stopped') return ExitCode.cancelled;
  process.stderr.write(
    `cronium: this is a bug, please report it: ${error instanceof Error ? error.stack : String(error)}\n`,
  );
  return ExitCode.broken;
}

/** What the person wrote is wrong, here or in a file; nothing was tried. */
const USAGE_CODES = /^(usage|event|config|run|server|payload)(\/|$)/;
