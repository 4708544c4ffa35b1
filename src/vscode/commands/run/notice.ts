import { describeOutcome } from '../../../domain/outcome.ts';
import type { JobRecord, RunRecord, RunStatus } from '../../../domain/run.ts';
import { noticeText } from '../../plain-text.ts';

/** Where the end of a run is told: in a notification, in passing in the status bar. */
export type Notice = 'warning' | 'information' | 'passing';

/** What the person has before their eyes. */
export interface Sight {
  readonly isWindowFocused: boolean;
  /** The run's output, its document, or the list of runs. */
  readonly isRunVisible: boolean;
}

/** Servers that a notice names. */
const NAMED_SERVERS = 3;

/** How the end of a run is told; a person who has it before their eyes gets no notification. */
export function noticeFor(
  status: Exclude<RunStatus, 'running'>,
  { policy, sight }: { readonly policy: 'never' | 'onFailure' | 'always'; readonly sight: Sight },
): Notice {
  if (policy === 'never' || (sight.isWindowFocused && sight.isRunVisible)) return 'passing';
  switch (status) {
    case 'failed':
    case 'partial':
      return 'warning';
    case 'success':
      return policy === 'always' ? 'information' : 'passing';
    case 'cancelled':
      // The person did it.
      return 'passing';
    default:
      return status satisfies never;
  }
}

/** What a person chooses who wants fewer notices such as this one. */
export function quieterPolicy(notice: Exclude<Notice, 'passing'>): 'onFailure' | 'never' {
  return notice === 'information' ? 'onFailure' : 'never';
}

/** Whether the output is shown now: when a run begins, or when it has ended. */
export function isRevealed(
  policy: 'never' | 'onError' | 'always',
  moment: 'begin' | Exclude<RunStatus, 'running'>,
): boolean {
  if (moment === 'begin') return policy === 'always';
  return policy === 'onError' && (moment === 'failed' || moment === 'partial');
}

/** How a run ended, in one sentence for all its servers. */
export function describeEnd({ eventName, jobs }: RunRecord, status: Exclude<RunStatus, 'running'>): string {
  return noticeText(`${eventName}: ${end(jobs, status)}`);
}

function end(jobs: readonly JobRecord[], status: Exclude<RunStatus, 'running'>): string {
  const on = jobs.length === 1 ? `on ${jobs[0]?.server.name}` : `on ${jobs.length} servers`;
  if (status === 'success') return `succeeded ${on}`;
  if (status === 'cancelled') return `cancelled ${on}`;
  const bad = jobs.filter(({ outcome }) => outcome?.kind !== 'succeeded');
  const [only] = bad;
  if (only && bad.length === 1) return `${describeOutcome(only.outcome)} on ${only.server.name}`;
  const named = bad.slice(0, NAMED_SERVERS).map(({ server }) => server.name);
  const names = bad.length > NAMED_SERVERS ? [...named, `${bad.length - NAMED_SERVERS} more`] : named;
  return `did not succeed on ${names.join(', ')}`;
}
