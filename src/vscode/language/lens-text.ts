import { type RunRecord, runStatus } from '../../domain/run.ts';
import { describeTook } from '../describe.ts';
import { eventKey } from '../event-key.ts';
import { lineText } from '../plain-text.ts';
import { describeMoment } from '../views/moment.ts';

/** Selectors that a lens names; more make a line that nobody reads. */
const NAMED_SELECTORS = 3;

/** What is shown above an event. The title may have product icons: `$(play)`. */
export interface LensText {
  readonly title: string;
  readonly tooltip: string;
}

/** The lens that runs an event where it says; undefined when it says nothing. */
export function runLens(servers: readonly string[]): LensText | undefined {
  if (servers.length === 0) return undefined;
  const named = servers.slice(0, NAMED_SELECTORS).map(plain).join(', ');
  const more = servers.length - NAMED_SELECTORS;
  return {
    title: withIcon('play', `Run on ${named}${more > 0 ? ` and ${more} more` : ''}`),
    tooltip: `Run on ${servers.map(plain).join(', ')}`,
  };
}

/** The lens that asks where to run. */
export function runOnLens(servers: readonly string[]): LensText {
  const title = 'Run on…';
  return { title: servers.length === 0 ? withIcon('play', title) : title, tooltip: 'Choose the servers to run it on' };
}

/** The lens with the event's last run: how many servers succeeded, and how long it took. */
export function lastRunLens(run: RunRecord, now: number): LensText {
  const outcomes = run.jobs.map(({ outcome }) => outcome);
  const status = runStatus(outcomes);
  const succeeded = outcomes.filter((outcome) => outcome?.kind === 'succeeded').length;
  const ended = outcomes.filter((outcome) => outcome !== undefined).length;
  const all = outcomes.length;
  const took = describeTook(run);
  const when = describeMoment(run.startedAt, now);
  const lens = (icon: string, counted: string, how: string): LensText => ({
    title: withIcon(icon, took === undefined ? counted : `${counted} · ${took}`),
    tooltip: `${how}, ${when}: open the run`,
  });
  switch (status) {
    case 'running':
      return lens('sync~spin', `${ended}/${all} done`, 'Running');
    case 'success':
      return lens('pass', `${all}/${all}`, 'Succeeded');
    case 'partial':
      return lens('warning', `${succeeded}/${all}`, 'Succeeded in part');
    case 'failed':
      return lens('error', `0/${all}`, 'Failed');
    case 'cancelled':
      return lens('circle-slash', 'cancelled', 'Cancelled');
  }
  return status satisfies never;
}

/** The latest run of each event: runs come newest first. */
export function lastRuns(runs: readonly RunRecord[]): ReadonlyMap<string, RunRecord> {
  const latest = new Map<string, RunRecord>();
  for (const run of runs) {
    const key = run.script && eventKey({ id: run.eventId, script: run.script });
    if (key !== undefined && !latest.has(key)) latest.set(key, run);
  }
  return latest;
}

/** The editor swallows a plain space behind an icon. */
function withIcon(icon: string, text: string): string {
  return `$(${icon})\u00a0${text}`;
}

/** A name cannot bring icons of its own. */
function plain(selector: string): string {
  return lineText(selector).replaceAll('$(', '$ (');
}
