import { setFlagsFromString } from 'node:v8';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { ExitCode, thrownExitCode } from '../app/exit-code.ts';
import { displayable } from '../base/display.ts';
import { CroniumError, Stopped } from '../domain/errors.ts';
import { type CancelOptions, cancelCommand } from './commands/cancel.ts';
import { cleanCommand } from './commands/clean.ts';
import { deployCommand } from './commands/deploy.ts';
import { healthCommand } from './commands/health.ts';
import { type LogsOptions, logsCommand } from './commands/logs.ts';
import { type ReplayOptions, replayCommand } from './commands/replay.ts';
import { type ResumeOptions, resumeCommand } from './commands/resume.ts';
import { type RunOptions, runCommand } from './commands/run.ts';
import { runsCommand } from './commands/runs.ts';
import { serversCommand } from './commands/servers.ts';
import { createShell, type GlobalOptions, type Shell } from './shell.ts';
import { addVariableCommands } from './variable-commands.ts';

/** The package's version, put in by the build. */
declare const CRONIUM_VERSION: string;

// A flood of output is garbage at once. V8 would rather let it grow past 300 MB than look at it more often.
setFlagsFromString('--semi-space-growth-factor=1');

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
    .description('run a script or an event on servers and show its output as it is written')
    .argument('<script>', 'the script, or the name of an event of cronium.yaml')
    .argument('[args...]', 'arguments for the script, after --')
    .option('--on <servers>', 'names, web-*, @tag, !name; may be given more than once', collect, [])
    .option('--input <json>', 'input for the script: JSON, or @file')
    .option('--input-from <run>', 'input for the script: what the scripts of a run have put out, by server')
    .option('--env <NAME=value>', 'environment variable for the script; may be given more than once', collect, [])
    .option('--timeout <duration>', 'time limit, such as 90s or 10m')
    .option('--parallel <number>', 'servers at once')
    .option('--set <name=value>', 'answer for an input of the event; may be given more than once', collect, [])
    .option(
      '--secret-fd <NAME=3>',
      'read a secret of the event from an open file; may be given more than once',
      collect,
      [],
    )
    .option('--yes', 'run on protected servers without a question')
    .option('--json', 'one JSON object a line')
    .action((script: string, args: string[], options: RunOptions) =>
      start((shell) => runCommand(script, args, options, shell)),
    );
  program
    .command('replay')
    .description('run again what a run has run: the same files, arguments and input')
    .argument('<run>', 'its id, or how it begins')
    .option('--on <servers>', 'only these servers of the run; may be given more than once', collect, [])
    .option(
      '--secret-fd <NAME=3>',
      'read a secret of the event from an open file; may be given more than once',
      collect,
      [],
    )
    .option('--yes', 'run on protected servers without a question')
    .option('--json', 'one JSON object a line')
    .action((run: string, options: ReplayOptions) => start((shell) => replayCommand(run, options, shell)));
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
    .command('resume')
    .description('bring the runs that were left to their true ends: logs and outcomes; starts nothing')
    .argument('[runs...]', 'their ids, or how they begin; all that have not ended unless told')
    .option('--no-wait', 'do not wait for scripts that still run')
    .option('--on <servers>', 'first ask these servers for runs that are not known here any more', collect, [])
    .option('--json', 'one JSON object a line')
    .action((runs: string[], options: ResumeOptions) => start((shell) => resumeCommand(runs, options, shell)));
  program
    .command('cancel')
    .description('stop the scripts of a run')
    .argument('<run>', 'its id, or how it begins')
    .option('--server <name>', 'on this server only')
    .action((run: string, options: CancelOptions) => start((shell) => cancelCommand(run, options, shell)));
  program
    .command('servers')
    .description('list the servers that can be named')
    .option('--json', 'one JSON object a line')
    .action((options: { json?: boolean }) => start((shell) => serversCommand(options, shell)));
  const server = program.command('server').description('look after servers: health, deploy, clean');
  server
    .command('health')
    .description('say how much servers have to do')
    .argument('<servers...>', 'names, web-*, @tag, !name')
    .option('--json', 'one JSON object a line')
    .action((servers: string[], options: { json?: boolean }) =>
      start((shell) => healthCommand(servers, options, shell)),
    );
  server
    .command('deploy')
    .description('put the runner on servers anew')
    .argument('<servers...>', 'names, web-*, @tag, !name')
    .action((servers: string[]) => start((shell) => deployCommand(servers, shell)));
  server
    .command('clean')
    .description('remove everything of Cronium from servers but what running scripts need')
    .argument('<servers...>', 'names, web-*, @tag, !name')
    .option('--yes', 'without a question')
    .action((servers: string[], options: { yes?: boolean }) => start((shell) => cleanCommand(servers, options, shell)));
  addVariableCommands(program, start);
  return program;
}

function collect(value: string, previous: readonly string[]): string[] {
  if (value === '') throw new InvalidArgumentError('It is empty.');
  return [...previous, value];
}

/** Turns what was thrown into a sentence and an exit code. */
function explain(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.success : ExitCode.usage;
  if (error instanceof CroniumError) process.stderr.write(`cronium: ${displayable(error.message)}\n`);
  else if (!(error instanceof Stopped)) {
    process.stderr.write(
      `cronium: this is a bug, please report it: ${error instanceof Error ? error.stack : String(error)}\n`,
    );
  }
  return thrownExitCode(error);
}
