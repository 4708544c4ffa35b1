import { shortId } from '../../domain/id.ts';
import type { JobOutcome } from '../../domain/outcome.ts';
import { describeOutcome } from '../../domain/outcome.ts';
import { type JobRecord, type RunRecord, type RunStatus, runStatus } from '../../domain/run.ts';
import { describePhase, describeStatus, describeTook } from '../describe.ts';
import { lineText } from '../plain-text.ts';
import type { Row, RowIcon, Rows } from './row.ts';

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
export function runRows(runs: readonly RunRecord[], deps: { moment(at: number): string }): Rows {
  const rows = runs.map((run) => runRow(run, deps));
  const running = rows.filter(({ words }) => words.includes('active')).length;
  if (running === 0) return { rows };
  return { rows, badge: { value: running, tooltip: running === 1 ? '1 run goes on' : `${running} runs go on` } };
}

function runRow(run: RunRecord, { moment }: { moment(at: number): string }): Row {
  const outcomes = run.jobs.map(({ outcome }) => outcome);
  const status = runStatus(outcomes);
  const name = lineText(run.eventName);
  const description = [countedStatus(status, outcomes), describeTook(run), moment(run.startedAt)]
    .filter((part) => part !== undefined)
    .join(' · ');
  const isActive = status === 'running';
  return {
    id: run.id,
    label: name,
    description,
    tooltip: [name, description, `Run ${shortId(run.id)}`].join('\n'),
    icon: RUN_ICONS[status],
    words: isActive ? 'run active' : 'run',
    spoken: `Run of ${name}, ${description}`,
    target: { kind: 'run', run: run.id },
    children: run.jobs.map(jobRow),
    isExpanded: isActive && run.jobs.length <= MAX_EXPANDED_JOBS,
  };
}

function countedStatus(status: RunStatus, outcomes: readonly (JobOutcome | undefined)[]): string {
  const all = outcomes.length;
  if (status === 'partial') return `${outcomes.filter((end) => end?.kind === 'succeeded').length} of ${all} succeeded`;
  if (status === 'running' && all > 1) return `${outcomes.filter((end) => end !== undefined).length} of ${all} done`;
  return describeStatus(status);
}

function jobRow(job: JobRecord): Row {
  const name = lineText(job.server.name);
  const state = job.outcome ? describeOutcome(job.outcome) : livePhase(job);
  const description = lineText([state, describeTook(job)].filter((part) => part !== undefined).join(' · '));
  return {
    id: job.id,
    label: name,
    description,
    tooltip: `${name}\n${description}`,
    icon: job.outcome ? JOB_ICONS[job.outcome.kind] : phaseIcon(job),
    words: job.outcome ? 'job' : 'job active',
    spoken: `Server ${name}, ${description}`,
    target: { kind: 'job', run: job.runId, server: job.server.name },
  };
}

function livePhase(job: JobRecord): string {
  return job.cancelRequested ? 'cancelling' : describePhase(job.phase);
}

function phaseIcon({ phase }: JobRecord): RowIcon {
  if (phase === 'queued') return { name: 'circle-outline' };
  return phase === 'detached' ? { name: 'debug-disconnect' } : { name: 'sync~spin' };
}
