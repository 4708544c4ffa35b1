import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { assertRunnable, findEvent, type LoadedEvent, loadEvent, locateScript } from '../../app/events.ts';
import { displayable } from '../../base/display.ts';
import { parseDuration } from '../../base/duration.ts';
import { CroniumError, sentence } from '../../domain/errors.ts';
import type { Json, ScriptEvent } from '../../domain/event.ts';
import { shortId } from '../../domain/id.ts';
import { runStatus } from '../../domain/run.ts';
import { answerInputs } from '../answer-inputs.ts';
import { readGivenSecrets } from '../given-secrets.ts';
import { Interrupt } from '../interrupt.ts';
import type { Shell } from '../shell.ts';
import { startPlan } from '../start-plan.ts';

export interface RunOptions {
  readonly on: readonly string[];
  readonly input?: string;
  readonly inputFrom?: string;
  readonly secretFd: readonly string[];
  readonly env: readonly string[];
  readonly timeout?: string;
  readonly parallel?: string;
  readonly set: readonly string[];
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** `cronium run <script> …`: packs, runs on all servers, shows every line, sums up. The exit code tells how it ended. */
export async function runCommand(
  script: string,
  args: readonly string[],
  options: RunOptions,
  shell: Shell,
): Promise<number> {
  const planned = {
    ...(options.on.length > 0 ? { on: options.on } : {}),
    ...(args.length > 0 ? { args } : {}),
    env: parseEnvironment(options.env),
    ...(await chooseInput(options, shell)),
    secrets: readGivenSecrets(options.secretFd),
    ...(options.timeout === undefined ? {} : { timeoutMs: parseTimeout(options.timeout) }),
    ...(options.parallel === undefined ? {} : { parallel: parseParallel(options.parallel) }),
  };
  using interrupt = new Interrupt((line) => void shell.err.write(`${line}\n`));
  const signal = AbortSignal.any([interrupt.cancel, interrupt.left]);
  const loaded = await findRunnable(script, { signal });
  for (const { severity, file, line, column, message } of loaded.problems) {
    if (severity === 'warning') await shell.err.write(`${displayable(`${file}:${line}:${column}: ${message}`)}\n`);
  }
  assertRunnable(loaded);
  const inputs = await answerInputs(givenValues(loaded.event, planned), options.set, { ...shell, signal });
  const plan = await shell.cronium().plan(loaded.event, { ...planned, inputs, trigger: 'terminal', signal });
  return await startPlan(plan, options, { shell, interrupt });
}

/** A script of this disk, else an event of this folder by its name. */
async function findRunnable(name: string, { signal }: { readonly signal: AbortSignal }): Promise<LoadedEvent> {
  const folder = process.cwd();
  if (existsSync(name)) return await loadEvent(locateScript(name, folder));
  try {
    return await findEvent(folder, name, { signal });
  } catch (cause) {
    if (!(cause instanceof CroniumError) || cause.code !== 'event/unknown') throw cause;
    throw new CroniumError('event/unknown', `Cannot run "${name}": there is no such file\n${cause.message}`, { cause });
  }
}

/** The event without what the command line replaces: nothing is asked for that is not used. */
function givenValues(
  event: ScriptEvent,
  planned: { readonly args?: readonly string[]; readonly input?: Json },
): ScriptEvent {
  const { input, ...rest } = event;
  return {
    ...rest,
    ...(planned.args ? { args: [] } : {}),
    ...(input === undefined || planned.input !== undefined ? {} : { input }),
  };
}

/** Outputs of a run win over what is written down; two of them at once are a mistake. */
async function chooseInput({ input, inputFrom }: RunOptions, shell: Shell): Promise<{ readonly input?: Json }> {
  if (inputFrom === undefined) return input === undefined ? {} : { input: await readInput(input) };
  if (input !== undefined) {
    throw new CroniumError('usage', 'Cannot use --input and --input-from together: there is one input');
  }
  const run = shell.cronium().findRun(inputFrom);
  if (runStatus(run.jobs.map(({ outcome }) => outcome)) === 'running') {
    throw new CroniumError(
      'usage',
      `Cannot use --input-from ${inputFrom}: that run has not ended; wait for it with: cronium resume ${shortId(run.id)}`,
    );
  }
  return { input: shell.cronium().outputs(run.id) };
}

async function readInput(text: string): Promise<Json> {
  const source = text.startsWith('@') ? `the file "${text.slice(1)}"` : 'the text given';
  const json = text.startsWith('@') ? await readInputFile(text.slice(1)) : text;
  try {
    return JSON.parse(json) as Json;
  } catch (cause) {
    throw new CroniumError('usage', `Cannot use --input: ${source} is not JSON: ${sentence(cause)}`, { cause });
  }
}

async function readInputFile(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new CroniumError('usage', `Cannot read the input "${file}": ${sentence(cause)}`, { cause });
  }
}

function parseEnvironment(pairs: readonly string[]): Record<string, string> {
  const env: Record<string, string> = {};
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    const name = pair.slice(0, Math.max(at, 0));
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
      throw new CroniumError('usage', `Cannot use --env "${pair}": write NAME=value`);
    }
    env[name] = pair.slice(at + 1);
  }
  return env;
}

function parseTimeout(text: string): number {
  const timeout = parseDuration(text);
  if (timeout === undefined || timeout <= 0) {
    throw new CroniumError('usage', `Cannot use --timeout "${text}": write a duration such as 90s, 10m or 1h30m`);
  }
  return timeout;
}

function parseParallel(text: string): number {
  const parallel = Number(text);
  if (Number.isInteger(parallel) && parallel >= 1 && parallel <= 1000) return parallel;
  throw new CroniumError('usage', `Cannot use --parallel "${text}": write a number from 1 to 1000`);
}
