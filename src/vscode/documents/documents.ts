import { commands, l10n, languages, TextEditorRevealType, Uri, window, workspace } from 'vscode';
import type { JobRecord, RunRecord } from '../../domain/run.ts';
import { runStatus } from '../../domain/run.ts';
import type { LazyEngine } from '../engine.ts';
import { lineText, noticeText } from '../plain-text.ts';
import { withProgress } from '../progress.ts';
import { RunColours } from './colours.ts';
import { FollowMode } from './follow-mode.ts';
import { FullLogs } from './full-logs.ts';
import { readComparable } from './log-text.ts';
import { registerOutline } from './outline.ts';
import { RunDocuments } from './run-documents.ts';
import { RunLinks } from './run-links.ts';
import { jobOf, LOG_SCHEME, logUri, RUN_SCHEME, runUri } from './run-uri.ts';

/** A job of a run. */
export interface RunJob {
  readonly run: RunRecord;
  readonly job: JobRecord;
}

/** The documents about runs: the run itself, whole logs, two logs side by side. */
export interface Documents extends Disposable {
  /** Opens the document of a run, at a server's section when one is named. */
  openRun(run: RunRecord, options?: { readonly server?: string }): Promise<void>;
  /** Writes the whole log of these servers of a run and opens it. */
  openFullLog(run: RunRecord, jobs: readonly JobRecord[]): Promise<void>;
  /** Shows the logs of two jobs as a diff. */
  compare(left: RunJob, right: RunJob): Promise<void>;
  /** Keeps the end of the active run document in sight, or no longer. */
  toggleFollow(): void;
}

/** How long a change of the runs is waited for others before their files are looked at. */
const SWEEP_AFTER_MS = 5_000;

/** Makes the documents of this window. `storage`: a folder of the extension on this machine. */
export function registerDocuments({
  engine,
  storage,
}: {
  readonly engine: LazyEngine;
  readonly storage: Uri;
}): Documents {
  const documents = new RunDocuments(engine);
  const colours = new RunColours(documents);
  const follow = new FollowMode();
  const fullLogs = new FullLogs(Uri.joinPath(storage, 'full-logs').fsPath);
  const sweep = sweeping(fullLogs, engine);
  const registered = [
    workspace.registerTextDocumentContentProvider(RUN_SCHEME, documents),
    workspace.registerTextDocumentContentProvider(LOG_SCHEME, {
      provideTextDocumentContent: (uri) => readLog(uri, engine),
    }),
    languages.registerDocumentLinkProvider({ scheme: RUN_SCHEME }, new RunLinks(documents)),
    ...registerOutline(documents),
    workspace.onDidChangeTextDocument(({ document }) => {
      if (document.uri.scheme !== RUN_SCHEME) return;
      follow.didChange(document);
      for (const editor of window.visibleTextEditors) if (editor.document === document) colours.update(editor);
    }),
    workspace.onDidCloseTextDocument((document) => follow.forget(document)),
  ];
  return {
    openRun: async (run, { server } = {}) => {
      const document = await workspace.openTextDocument(runUri(run));
      const editor = await window.showTextDocument(document, { preview: true });
      const isRunning = runStatus(run.jobs.map(({ outcome }) => outcome)) === 'running';
      const isLast = run.jobs.at(-1)?.server.name === server;
      if (isRunning && (server === undefined || isLast)) return follow.begin(editor);
      const line = documents.pageOf(document)?.sections.find((section) => section.server === server)?.firstLine;
      if (line !== undefined) editor.revealRange(document.lineAt(line).range, TextEditorRevealType.AtTop);
    },
    openFullLog: async (run, jobs) => {
      const file = await withProgress(
        l10n.t('Cronium: writing the full log of “{0}”', noticeText(run.eventName)),
        async (signal) => await fullLogs.write(run, jobs, { cronium: await engine.get(), signal }),
      );
      await commands.executeCommand('vscode.open', Uri.file(file), { preview: true });
    },
    compare: async (left, right) => {
      const name = ({ run, job }: RunJob): string => {
        const server = lineText(job.server.name);
        return left.run.id === right.run.id ? server : `${server} (${new Date(run.startedAt).toLocaleString()})`;
      };
      const title = `${lineText(left.run.eventName)}: ${name(left)} ↔ ${name(right)}`;
      const [one, other] = [left, right].map(({ run, job }) => logUri(run, job.server.name));
      await commands.executeCommand('vscode.diff', one, other, title, { preview: true });
    },
    toggleFollow: () => {
      if (window.activeTextEditor) follow.toggle(window.activeTextEditor);
    },
    [Symbol.dispose]: () => {
      for (const one of registered) one.dispose();
      for (const one of [sweep, follow, colours, documents]) one[Symbol.dispose]();
    },
  };
}

async function readLog(uri: Uri, engine: LazyEngine): Promise<string> {
  const named = jobOf(uri);
  if (!named) return '';
  const cronium = await engine.get();
  const job = cronium.findRun(named.run).jobs.find(({ server }) => server.name === named.server);
  return job ? await readComparable(job, cronium) : '';
}

/** Removes the files of runs that go, and at the start those of runs that went before. */
function sweeping(fullLogs: FullLogs, engine: LazyEngine): Disposable {
  let timer: NodeJS.Timeout | undefined;
  const sweep = (): void => {
    timer ??= setTimeout(async () => {
      timer = undefined;
      const cronium = engine.opened;
      if (cronium) await fullLogs.sweep({ cronium, now: Date.now() });
    }, SWEEP_AFTER_MS);
  };
  const listeners = [engine.onDidOpen(sweep), engine.onDidChange(sweep)];
  return {
    [Symbol.dispose]: () => {
      for (const listener of listeners) listener[Symbol.dispose]();
      clearTimeout(timer);
    },
  };
}
