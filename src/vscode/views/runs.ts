import { describeOutcome, type JobOutcome } from '../../domain/outcome.ts';
import { type JobRecord, type RunRecord, type RunStatus, runStatus } from '../../domain/run.ts';
import { describePhase, describeStatus, describeTook } from '../describe.ts';
import { type LiveJob, percent } from '../live-jobs.ts';
import { lineText } from '../plain-text.ts';
import { describeMoment } from './moment.ts';
import type { Row, RowIcon, Rows } from './row.ts';
import { jobTip, runTip, TRIGGERS } from './run-tips.ts';

export interface RunRowDeps {
  /** Writes when something was. */
  moment(at: number): string;
  /** What was last said of a job that this window watches. */
  liveJob?(run: string, server: string): LiveJob | undefined;
  /** Why a run that this window watches has not begun yet. */
  liveNote?(run: string): string | undefined;
}

/** A running run with more servers stays closed: a list that pushes all else away tells less. */
const MAX_EXPANDED_JOBS = 12;

const RUN_ICONS: Readonly<Record<RunStatus, RowIcon>> = {
  running: { name: 'sync~spin' },
  success: { name: 'pass', colour: 'testing.iconPassed' },
  partial: { name: 'warning', colour: 'list.warningForeground' },
  failed: { name: 'error', colour: 'testing.iconFailed' },
  cancelled: { name: 'circle-slash' },
};

const JOB_ICONS: Readonly<Record<JobOutcome['kind'], RowIcon>> = {
  succeeded: { name: 'pass', colour: 'testing.iconPassed' },
  failed: { name: 'error', colour: 'testing.iconFailed' },
  timedOut: { name: 'clock', colour: 'testing.iconFailed' },
  cancelled: { name: 'circle-slash' },
  broken: { name: 'plug', colour: 'testing.iconFailed' },
  lost: { name: 'question', colour: 'list.warningForeground' },
};

/** The rows of the Runs view, and how many runs go on. */
export function runRows(runs: readonly RunRecord[], deps: RunRowDeps): Rows {
  const rows = runs.map((run) => runRow(run, deps));
  const badge = runningBadge(rows.filter(({ since }) => since !== undefined).length);
  return badge ? { rows, badge } : { rows };
}

/** How many runs go on, for the view's icon. */
export function runningBadge(running: number): Rows['badge'] {
  if (running === 0) return undefined;
  return { value: running, tooltip: running === 1 ? '1 run goes on' : `${running} runs go on` };
}

/** The row of one run; as a command's target it stands for the run. */
export function runRow(run: RunRecord, deps: RunRowDeps = { moment: (at) => describeMoment(at, Date.now()) }): Row {
  const outcomes = run.jobs.map(({ outcome }) => outcome);
  const status = runStatus(outcomes);
  const name = lineText(run.eventName);
  const isWaiting = run.jobs.every(({ phase, outcome }) => phase === 'queued' && !outcome);
  const note = isWaiting ? deps.liveNote?.(run.id) : undefined;
  const state = note === undefined ? describeCount(status, outcomes) : lineText(`queued: ${note}`);
  const rest = joined([
    TRIGGERS[run.trigger].short,
    run.replayOf === undefined ? undefined : 'replay',
    deps.moment(run.startedAt),
  ]);
  const whole = joined([state, describeTook(run), rest]);
  const isActive = status === 'running';
  const isBad = outcomes.some((outcome) => outcome !== undefined && outcome.kind !== 'succeeded');
  return {
    id: run.id,
    label: name,
    ...(isActive ? { description: state, since: run.startedAt, afterCount: rest } : { description: whole }),
    tooltip: runTip(run, { status: describeCount(status, outcomes), moment: deps.moment }),
    icon: RUN_ICONS[status],
    words: [
      'run',
      ...(isActive ? ['active'] : []),
      ...(run.jobs.some(isDetached) ? ['detached'] : []),
      ...(isBad ? ['bad'] : []),
      ...(outcomes.length > 1 ? ['many'] : []),
    ].join(' '),
    spoken: `Run of ${name}, ${whole}`,
    target: { kind: 'run', run: run.id },
    children: run.jobs.map((job) => jobRow(job, deps)),
    isExpanded: isActive && run.jobs.length <= MAX_EXPANDED_JOBS,
  };
}

function joined(parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined).join(' · ');
}

function describeCount(status: RunStatus, outcomes: readonly (JobOutcome | undefined)[]): string {
  const all = outcomes.length;
  if (status === 'partial') return `${outcomes.filter((end) => end?.kind === 'succeeded').length} of ${all} succeeded`;
  if (status === 'running' && all > 1) return `${outcomes.filter((end) => end !== undefined).length} of ${all} done`;
  return describeStatus(status);
}

function jobRow(job: JobRecord, deps: RunRowDeps): Row {
  const name = lineText(job.server.name);
  const live = job.outcome ? undefined : deps.liveJob?.(job.runId, job.server.name);
  const state = job.outcome ? describeOutcome(job.outcome) : describeLive(job, live);
  const description = lineText(joined([state, describeTook(job)]));
  return {
    id: job.id,
    label: name,
    description,
    tooltip: jobTip(job, { state: description, moment: deps.moment }),
    icon: job.outcome ? JOB_ICONS[job.outcome.kind] : phaseIcon(job),
    words: ['job', ...(job.outcome ? [] : ['active']), ...(isDetached(job) ? ['detached'] : [])].join(' '),
    spoken: `Server ${name}, ${description}`,
    target: { kind: 'job', run: job.runId, server: job.server.name },
    ...(job.outcome ? {} : { since: sinceOf(job) }),
  };
}

/** Where a job stands, with how far a long step is, and why it waits. */
function describeLive(job: JobRecord, live: LiveJob | undefined): string {
  if (job.cancelRequested) return 'cancelling';
  const done = percent(live?.progress);
  const words = [describePhase(job.phase), ...(done === undefined ? [] : [`${done} %`])].join(' ');
  // What is said while the script runs stands in its log.
  return job.phase === 'running' || live?.note === undefined ? words : `${words}: ${live.note}`;
}

/** Its server is out of reach, as far as we know. */
function isDetached({ outcome, phase }: JobRecord): boolean {
  return outcome === undefined && phase === 'detached';
}

/** A script counts from its start, whatever became of the connection; a step from its own beginning. */
function sinceOf({ phase, phaseAt, startedAt }: JobRecord): number {
  const isStarted = phase === 'running' || phase === 'detached' || phase === 'draining';
  return isStarted ? (startedAt ?? phaseAt) : phaseAt;
}

function phaseIcon({ phase }: JobRecord): RowIcon {
  if (phase === 'queued') return { name: 'circle-outline' };
  return phase === 'detached' ? { name: 'debug-disconnect' } : { name: 'sync~spin' };
}
