import { window } from 'vscode';
import type { Cronium } from '../../app/cronium.ts';
import { describeOutcome } from '../../domain/outcome.ts';
import type { JobRecord, RunStatus } from '../../domain/run.ts';
import type { RunOutput } from '../output/run-output.ts';
import { noticeText } from '../plain-text.ts';

/** How long a good end stays in the status bar. */
const SHOWN_MS = 5_000;

/** Servers that a notification names. */
const NAMED_SERVERS = 3;

/** Tells how a run ended: a good end in passing, a bad one in one notification for all servers. */
export async function tellEnd(
  id: string,
  status: RunStatus | undefined,
  { cronium, output }: { readonly cronium: Cronium; readonly output: RunOutput },
): Promise<void> {
  const run = cronium.findRun(id);
  if (status === 'success') {
    window.setStatusBarMessage(`$(pass) ${noticeText(run.eventName)}: succeeded`, SHOWN_MS);
    return;
  }
  if (status !== 'failed' && status !== 'partial') return;
  const message = noticeText(`${run.eventName}: ${describeBadEnd(run.jobs)}`);
  const chosen = await window.showWarningMessage(message, 'Show Output');
  if (chosen) output.reveal();
}

function describeBadEnd(jobs: readonly JobRecord[]): string {
  const bad = jobs.filter(({ outcome }) => outcome?.kind !== 'succeeded');
  const [only] = bad;
  if (only && jobs.length === 1) return `${describeOutcome(only.outcome)} on ${only.server.name}`;
  const named = bad.slice(0, NAMED_SERVERS).map(({ server }) => server.name);
  const names = bad.length > NAMED_SERVERS ? [...named, `${bad.length - NAMED_SERVERS} more`] : named;
  return `did not succeed on ${names.join(', ')}`;
}
