import { window } from 'vscode';
import type { ScriptEvent } from '../../domain/event.ts';
import type { RunPlan } from '../../domain/run.ts';
import { noticeText } from '../plain-text.ts';
import type { Answer } from './approvals.ts';

/** Servers that the question names. */
const NAMED_SERVERS = 5;

const APPROVE = 'Approve and Run';
const NEVER = 'Never for This Script';

/** Asks whether an event may run on save. Undefined: not now. */
export async function askApproval(event: ScriptEvent, plan: RunPlan, hash: string): Promise<Answer | undefined> {
  const question = `Run on save: “${event.name}” wants to run on ${nameServers(plan)}`;
  const chosen = await window.showWarningMessage(noticeText(question), APPROVE, 'Not Now', NEVER);
  if (chosen === APPROVE) return { kind: 'approved', hash };
  return chosen === NEVER ? { kind: 'never' } : undefined;
}

function nameServers({ jobs }: RunPlan): string {
  const named = jobs.slice(0, NAMED_SERVERS).map(({ server }) => server.name);
  return jobs.length > NAMED_SERVERS ? `${named.join(', ')} and ${jobs.length - NAMED_SERVERS} more` : named.join(', ');
}
