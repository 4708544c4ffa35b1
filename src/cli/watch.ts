import { shortId } from '../domain/id.ts';
import type { JobOutcome } from '../domain/outcome.ts';
import type { RunEvent } from '../domain/run-event.ts';
import { showJson } from './json-view.ts';
import { outputsText } from './outputs-text.ts';
import { RetryKey } from './retry-key.ts';
import type { Shell } from './shell.ts';
import { TextView } from './text-view.ts';

export interface WatchOptions {
  readonly isJson: boolean;
  readonly run: string;
  /** All servers of the run, in order. */
  readonly servers: readonly string[];
  readonly left: AbortSignal;
  /** For a run that does not begin now: what to call it. */
  readonly title?: string;
}

/** Shows a run's events as they come; the outcome of each server at its end, `undefined` where it is not known. */
export async function watchRun(
  events: AsyncIterable<RunEvent>,
  shell: Shell,
  options: WatchOptions,
): Promise<(JobOutcome | undefined)[]> {
  const outcomes = new Map<string, JobOutcome>();
  const view = new TextView({ ...shell, now: () => performance.now() });
  if (options.title !== undefined) view.expect(options.servers, options.title);
  using retryKey = new RetryKey(shell);
  for await (const event of events) {
    retryKey.notice(event);
    if (event.type === 'settled') outcomes.set(event.server, event.outcome);
    const outputs = event.type === 'finished' ? shell.cronium().outputs(event.run) : {};
    if (options.isJson) {
      const shown = Object.keys(outputs).length === 0 ? event : { ...event, outputs };
      await showJson(shown, shell.out, shell.err);
    } else {
      await view.show(event);
      await shell.err.write(outputsText(outputs, shell.palette));
    }
  }
  if (outcomes.size < options.servers.length) {
    const id = shortId(options.run);
    await shell.err.write(
      `Left to the servers; come back with: cronium logs ${id}   stop it with: cronium cancel ${id}\n`,
    );
  }
  return options.servers.map((server) => outcomes.get(server));
}
