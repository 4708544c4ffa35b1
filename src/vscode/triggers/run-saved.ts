import { l10n, window, workspace } from 'vscode';
import { CroniumError } from '../../domain/errors.ts';
import type { ScriptEvent } from '../../domain/event.ts';
import type { RunPlan } from '../../domain/run.ts';
import { lastAnswers, proposedAnswer } from '../commands/run/answers.ts';
import { askInputs } from '../commands/run/ask-inputs.ts';
import { type PlanRequest, planScript } from '../commands/run/plan-script.ts';
import { type StartDeps, startRun } from '../commands/run/start-run.ts';
import { eventKey } from '../event-key.ts';
import { type EditorScript, readEvent } from '../host/documents.ts';
import { uriOf } from '../host/place.ts';
import { lineText, statusText } from '../plain-text.ts';
import { type Approvals, type Approved, isUnchanged } from './approvals.ts';
import type { ApprovedTexts } from './approved-texts.ts';
import { askApproval } from './ask-approval.ts';
import type { Questions, Word } from './questions.ts';
import { type Version, versionOf } from './version.ts';

/** An event that a save wants to run. */
export interface SavedEvent {
  readonly target: Pick<ScriptEvent, 'id' | 'script'>;
  /** A person saved, not the editor by itself. */
  readonly isByHand: boolean;
}

export interface SavedDeps extends StartDeps {
  /** What logins ask; it waits while something else is asked. */
  readonly prompts: { hold(): Disposable };
  readonly approvals: Approvals;
  readonly texts: ApprovedTexts;
  readonly questions: Questions;
  /** Run on save is not paused, and the workspace is trusted. */
  isAllowed(): boolean;
  /** Another save waits: what is asked now is asked again with what that one brings. */
  readonly newer: AbortSignal;
}

/** How long it is told that nothing had to run. */
const SHOWN_MS = 5_000;

/** Runs an event after a save, when the person has approved what it is now; asks when not. Resolves at the run's end. */
export async function runSaved(saved: SavedEvent, deps: SavedDeps): Promise<void> {
  const script = await readEvent(saved.target);
  const { event } = script.loaded;
  const key = eventKey(event);
  const answer = deps.approvals.find(key);
  // It may say something else than when it was found.
  if (!event.onSave || answer?.kind === 'never' || !deps.isAllowed()) return;
  await assertRunsAlone(script);
  const request: PlanRequest = { trigger: 'save', ...(await answersFor(event, deps)) };
  // Decided without the secrets: nobody is asked for a password before the question whether to run at all.
  const preview = await planScript(withoutSecrets(script), request, deps);
  const version = versionOf(event, preview, await textOf(script));
  if (!answer || answer.version.hash !== version.hash) {
    const word = await ask(event, version, { before: answer?.version, deps });
    if (word === 'later') return;
    await deps.approvals.remember(key, word === 'never' ? { kind: 'never' } : { kind: 'approved', version });
    // From the beginning: a file or the servers may have changed while the question stood.
    return await runSaved(saved, deps);
  }
  if (isUnchanged(answer, saved)) {
    const told = l10n.t('“{0}” is what it was when it last ran on save', event.name);
    return void window.setStatusBarMessage(statusText(told), SHOWN_MS);
  }
  const plan = event.secrets.length === 0 ? preview : await planScript(script, request, deps);
  if (versionOf(event, plan, version.text).hash !== version.hash) return await runSaved(saved, deps);
  await start(plan, answer, { key, deps });
}

async function assertRunsAlone({ loaded }: EditorScript): Promise<void> {
  const { assertRunnable } = await import('../../app/events.ts');
  assertRunnable(loaded);
  const { name, servers } = loaded.event;
  if (servers.length > 0) return;
  throw new CroniumError('run/servers', l10n.t('Cannot run “{0}” on save: it names no servers', lineText(name)));
}

/** The inputs as they were given last, or their defaults: a save that asks each time would be no help. */
async function answersFor(event: ScriptEvent, deps: SavedDeps): Promise<Pick<PlanRequest, 'inputs'>> {
  const { neededInputs } = await import('../../app/events.ts');
  const prompts = neededInputs(event);
  if (prompts.length === 0) return {};
  const last = lastAnswers(deps.memory, eventKey(event));
  const proposed = prompts.map((prompt) => [prompt.id, proposedAnswer(prompt, last)] as const);
  const known = proposed.filter((entry): entry is [string, string] => entry[1] !== undefined);
  const inputs = known.length === proposed.length ? Object.fromEntries(known) : await askInputs(event, deps);
  return inputs ? { inputs } : {};
}

async function ask(
  event: ScriptEvent,
  now: Version,
  { before, deps }: { readonly before: Version | undefined; readonly deps: SavedDeps },
): Promise<Word> {
  const { questions, texts, newer } = deps;
  const word = questions.ask(eventKey(event), now.hash, {
    show: () => askApproval(event, { now, before, texts }),
    tellVoid: () => {
      const told = l10n.t('“{0}” has changed since this question; answer the newer one', lineText(event.name));
      void window.showInformationMessage(told);
    },
  });
  const { promise: renewed, resolve } = Promise.withResolvers<Word>();
  const give = (): void => resolve('later');
  if (newer.aborted) give();
  newer.addEventListener('abort', give, { once: true });
  try {
    return await Promise.race([word, renewed]);
  } finally {
    newer.removeEventListener('abort', give);
  }
}

async function start(
  plan: RunPlan,
  approved: Approved,
  { key, deps }: { readonly key: string; readonly deps: SavedDeps },
): Promise<void> {
  if (!deps.isAllowed()) return;
  const status = await (await startRun(plan, deps)).ended;
  const now = deps.approvals.find(key);
  // Unless it was forgotten, or something else was approved, meanwhile.
  if (status === undefined || now?.kind !== 'approved' || now.version.hash !== approved.version.hash) return;
  await deps.approvals.remember(key, { ...now, lastEnd: status === 'success' ? 'good' : 'bad' });
}

/** The text of the script, to show what changed; what runs is what was packed. */
async function textOf({ loaded: { event }, text }: EditorScript): Promise<string> {
  return text ?? new TextDecoder().decode(await workspace.fs.readFile(uriOf(event.script)));
}

function withoutSecrets(script: EditorScript): EditorScript {
  const event = { ...script.loaded.event, secrets: [] };
  return { ...script, loaded: { ...script.loaded, event } };
}
