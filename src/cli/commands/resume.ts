import type { Cronium } from '../../app/cronium.ts';
import { ExitCode } from '../../app/exit-code.ts';
import { displayable } from '../../base/display.ts';
import { shortId } from '../../domain/id.ts';
import { describeOutcome } from '../../domain/outcome.ts';
import { type RunRecord, runStatus } from '../../domain/run.ts';
import type { RunEvent } from '../../domain/run-event.ts';
import { Interrupt } from '../interrupt.ts';
import type { Shell } from '../shell.ts';

export interface ResumeOptions {
  /** Commander's name for `--no-wait`. */
  readonly wait: boolean;
  /** Servers that are asked for runs of which nothing is known here any more. */
  readonly on: readonly string[];
  readonly json?: boolean;
}

/** What `--json` says about a run: events as of `run`, each with its run; the lines of the scripts are in the log. */
type ToldEvent = Exclude<RunEvent, { readonly type: 'output' | 'note' | 'planned' }>;

/**
 * `cronium resume [run…]`: brings every run that was left, by whatever killed its window or terminal, to its true end: its log to
 * the last byte, its outcome. Never starts anything.
 */
export async function resumeCommand(ids: readonly string[], options: ResumeOptions, shell: Shell): Promise<number> {
  const cronium = shell.cronium();
  using interrupt = new Interrupt(() => interrupt.leave());
  const signal = interrupt.left;
  if (options.on.length > 0) await askServers(options.on, cronium, shell, { signal });
  const open = ids.length > 0 ? ids.map((id) => cronium.findRun(id)) : cronium.unfinishedRuns();
  const runs = [...new Map(open.map((run) => [run.id, run])).values()];
  if (!options.wait) {
    shell.status.set('Asking the servers of unfinished runs');
    await cronium.refresh({ signal, runs: runs.map(({ id }) => id) });
    shell.status[Symbol.dispose]();
    for (const { id } of runs) await showState(cronium.findRun(id), options, shell);
    if (runs.length === 0) await sayNothingOpen(shell);
    return ExitCode.success;
  }
  if (runs.length === 0) await sayNothingOpen(shell);
  const ends = await Promise.all(runs.map((run) => bringToEnd(run, cronium, { ...options, interrupt }, shell)));
  return ends.every((isOver) => isOver) ? ExitCode.success : ExitCode.broken;
}

async function sayNothingOpen({ err }: Shell): Promise<void> {
  await err.write('Every run has ended; see them with: cronium runs\n');
}

/** Follows a run to its end in silence, but for how its jobs end; says whether all have. */
async function bringToEnd(
  run: RunRecord,
  cronium: Cronium,
  { json: isJson, interrupt }: { readonly json?: boolean; readonly interrupt: Interrupt },
  shell: Shell,
): Promise<boolean> {
  const id = shortId(run.id);
  const before = new Set(run.jobs.filter(({ outcome }) => outcome).map(({ server }) => server.name));
  const signals = { cancel: new AbortController().signal, leave: interrupt.left };
  let isOver = false;
  if (!isJson) await shell.out.write(`${id}  ${displayable(run.eventName)}\n`);
  for await (const event of cronium.follow(run.id, signals)) {
    if (event.type === 'finished') isOver = event.status !== 'running';
    if (event.type === 'note') {
      // What the script's own log holds is told by `cronium logs`.
      if (shell.isVerbose) await shell.err.write(`${id}  ${displayable(event.message)}\n`);
    } else if (event.type !== 'output' && event.type !== 'planned') {
      if (isJson) await shell.out.write(`${JSON.stringify({ ...toJson(event), run: run.id })}\n`);
      else if (!('server' in event && before.has(event.server))) await showEvent(id, event, shell);
    }
  }
  if (!isOver && !isJson)
    await shell.err.write(`${id}  goes on there, or cannot be asked; later: cronium resume ${id}\n`);
  return isOver;
}

function toJson(event: ToldEvent): object {
  return event.type === 'phase' ? { type: event.type, server: event.server, phase: event.phase } : event;
}

async function showEvent(id: string, event: ToldEvent, { out, palette }: Shell): Promise<void> {
  if (event.type === 'finished') {
    const hint = palette.faint(`  Log: cronium logs ${id}`);
    if (event.status !== 'running') await out.write(`${id}  ${palette.strong(event.status)}${hint}\n`);
    return;
  }
  const said = event.type === 'settled' ? describeOutcome(event.outcome) : event.phase;
  if (event.type === 'settled' || event.phase === 'running') {
    await out.write(palette.faint(`${id}  ${event.server}  ${displayable(said)}\n`));
  }
}

async function showState(run: RunRecord, { json: isJson }: ResumeOptions, { out, palette }: Shell): Promise<void> {
  const status = runStatus(run.jobs.map(({ outcome }) => outcome));
  if (isJson) {
    const jobs = run.jobs.map(({ server, phase, outcome }) => ({ server: server.name, phase, outcome }));
    return await out.write(`${JSON.stringify({ type: 'state', run: run.id, event: run.eventName, status, jobs })}\n`);
  }
  await out.write(`${shortId(run.id)}  ${palette.strong(status)}  ${displayable(run.eventName)}\n`);
  for (const { server, outcome, phase } of run.jobs) {
    const said = outcome ? displayable(describeOutcome(outcome)) : phase;
    await out.write(palette.faint(`${' '.repeat(10)}${server.name}  ${said}\n`));
  }
}

/** Takes up what these servers have run for this installation and nothing here knows of any more. */
async function askServers(
  selectors: readonly string[],
  cronium: Cronium,
  { err }: Shell,
  options: { readonly signal: AbortSignal },
): Promise<void> {
  const servers = await cronium.selectServers(selectors);
  const found = await Promise.all(servers.map((server) => cronium.findLostRuns(server, options)));
  for (const [index, count] of found.entries()) {
    const said = count === 0 ? 'no run' : count === 1 ? '1 run' : `${count} runs`;
    await err.write(`${servers[index]?.name}: ${said} of this installation not known here\n`);
  }
}
