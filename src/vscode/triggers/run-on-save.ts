import { join } from 'node:path';
import {
  commands,
  type LogOutputChannel,
  type TextDocument,
  TextDocumentSaveReason,
  Disposable as VsCodeDisposable,
  window,
  workspace,
} from 'vscode';
import { CroniumError } from '../../domain/errors.ts';
import type { ScriptEvent } from '../../domain/event.ts';
import type { RunPlan } from '../../domain/run.ts';
import { planScript, type RunDeps } from '../commands/run-script.ts';
import { tellEnd } from '../commands/tell-end.ts';
import { CONTEXT_KEYS, MEMORY_KEYS } from '../contributions.ts';
import { explain } from '../explain.ts';
import { type EditorScript, readDocument } from '../host/documents.ts';
import { Approvals, approvalHash } from './approvals.ts';
import { askApproval } from './ask-approval.ts';
import { createCoalescer } from './coalesce.ts';

/**
 * Runs events that say `onSave` when a person saves them, after the person has approved this event with this content on these
 * servers. A save while it runs, or while it is asked, leads to one more run.
 */
export class RunOnSave implements Disposable {
  readonly #deps: RunDeps;
  readonly #log: LogOutputChannel;
  readonly #approvals: Approvals;
  readonly #savedByHand = new WeakSet<TextDocument>();
  readonly #queue = createCoalescer<EditorScript>((script) => this.#run(script));
  readonly #listeners: VsCodeDisposable;

  constructor(deps: RunDeps, log: LogOutputChannel) {
    this.#deps = deps;
    this.#log = log;
    this.#approvals = new Approvals(deps.memory);
    this.#listeners = VsCodeDisposable.from(
      workspace.onWillSaveTextDocument(({ document, reason }) => {
        if (reason === TextDocumentSaveReason.Manual) this.#savedByHand.add(document);
      }),
      workspace.onDidSaveTextDocument((document) => {
        if (this.#savedByHand.delete(document)) void this.#saved(document);
      }),
    );
    void this.#showPaused();
  }

  async pause(): Promise<void> {
    await this.#setPaused(true);
  }

  async resume(): Promise<void> {
    await this.#setPaused(undefined);
  }

  async forget(): Promise<void> {
    await this.#approvals.forgetAll();
    void window.showInformationMessage('Every script of this workspace asks again before it runs on save');
  }

  [Symbol.dispose](): void {
    this.#listeners.dispose();
  }

  async #saved(document: TextDocument): Promise<void> {
    const text = document.getText();
    // Looked at before anything is loaded: nearly every save is of something else.
    if (!text.includes('onSave') || !this.#isAllowed()) return;
    try {
      const script = await readDocument(document, text);
      if (script.loaded.event.onSave) await this.#queue.request(document.uri.toString(), script);
    } catch (error) {
      explain(error, this.#log);
    }
  }

  async #run(script: EditorScript): Promise<void> {
    const { event } = script.loaded;
    const key = join(event.script.root, event.script.path);
    const last = this.#approvals.find(key);
    if (last?.kind === 'never' || !this.#isAllowed()) return;
    const { assertRunnable } = await import('../../app/events.ts');
    assertRunnable(script.loaded);
    if (event.servers.length === 0) {
      throw new CroniumError('run/servers', `Cannot run "${event.name}" on save: its header names no servers`);
    }
    // Decided without the secrets: nobody is asked for a password before the question whether to run at all.
    const preview = await planScript(withoutSecrets(script), undefined, this.#deps.engine);
    const hash = hashOf(event, preview);
    if (last?.kind !== 'approved' || last.hash !== hash) {
      const answer = await askApproval(event, preview, hash);
      if (answer) await this.#approvals.remember(key, answer);
      // From the beginning: a file or the servers may have changed while the question stood.
      return answer?.kind === 'approved' ? await this.#run(script) : undefined;
    }
    const plan = event.secrets.length === 0 ? preview : await planScript(script, undefined, this.#deps.engine);
    return hashOf(event, plan) === hash ? await this.#start(plan) : await this.#run(script);
  }

  async #start(plan: RunPlan): Promise<void> {
    if (!this.#isAllowed()) return;
    const { engine, live, output } = this.#deps;
    const status = await live.start(plan);
    void tellEnd(plan.id, status, { cronium: await engine.get(), output });
  }

  #isAllowed(): boolean {
    return workspace.isTrusted && !this.#deps.memory.get(MEMORY_KEYS.runOnSavePaused, false);
  }

  async #setPaused(value: true | undefined): Promise<void> {
    await this.#deps.memory.update(MEMORY_KEYS.runOnSavePaused, value);
    await this.#showPaused();
  }

  async #showPaused(): Promise<void> {
    const isPaused = this.#deps.memory.get(MEMORY_KEYS.runOnSavePaused, false);
    await commands.executeCommand('setContext', CONTEXT_KEYS.runOnSavePaused, isPaused);
  }
}

function withoutSecrets(script: EditorScript): EditorScript {
  const event = { ...script.loaded.event, secrets: [] };
  return { ...script, loaded: { ...script.loaded, event } };
}

function hashOf(event: ScriptEvent, { payload, jobs }: RunPlan): string {
  return approvalHash({ event, payloadSha256: payload.sha256, servers: jobs.map(({ server }) => server) });
}
