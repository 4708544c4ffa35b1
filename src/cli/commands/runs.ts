import type { RunOutputs } from '../../app/cronium.ts';
import { displayable } from '../../base/display.ts';
import { shortId } from '../../domain/id.ts';
import { describeOutcome } from '../../domain/outcome.ts';
import { type RunRecord, runStatus } from '../../domain/run.ts';
import { jsonLine } from '../json-view.ts';
import type { Shell } from '../shell.ts';

/** `cronium runs`: newest first, after every unfinished run was brought up to date. */
export async function runsCommand(options: { readonly json?: boolean }, shell: Shell): Promise<number> {
  const cronium = shell.cronium();
  shell.status.set('Asking the servers of unfinished runs');
  await cronium.refresh({ signal: new AbortController().signal });
  shell.status[Symbol.dispose]();
  const runs = cronium.runs();
  if (options.json) {
    for (const run of runs) await shell.out.write(jsonLine(toJson(run, cronium.outputs(run.id))));
    return 0;
  }
  if (runs.length === 0) await shell.err.write('No runs yet; start one with: cronium run <script> --on <server>\n');
  const { palette } = shell;
  for (const run of runs) {
    const status = runStatus(run.jobs.map(({ outcome }) => outcome));
    const paint = status === 'success' ? palette.good : status === 'running' ? palette.strong : palette.bad;
    const when = new Date(run.startedAt).toISOString().replace('T', ' ').slice(0, 19);
    await shell.out.write(`${shortId(run.id)}  ${paint(status.padEnd(9))}  ${when}  ${displayable(run.eventName)}\n`);
    for (const { server, outcome, phase } of run.jobs) {
      const ended = outcome ? displayable(describeOutcome(outcome)) : phase;
      await shell.out.write(palette.faint(`          ${server.name}  ${ended}\n`));
    }
  }
  return 0;
}

function toJson(run: RunRecord, outputs: RunOutputs): object {
  return {
    id: run.id,
    event: run.eventName,
    status: runStatus(run.jobs.map(({ outcome }) => outcome)),
    startedAt: new Date(run.startedAt).toISOString(),
    trigger: run.trigger,
    ...(run.git ? { git: run.git } : {}),
    ...(run.replayOf === undefined ? {} : { replayOf: run.replayOf }),
    jobs: run.jobs.map(({ server, outcome, phase }) => ({
      server: server.name,
      phase,
      ...(outcome ? { outcome } : {}),
    })),
    ...(Object.keys(outputs).length === 0 ? {} : { outputs }),
  };
}
