import { l10n, ProgressLocation, window } from 'vscode';
import { Stopped } from '../domain/errors.ts';
import { signalFrom } from './cancellation.ts';
import { COMMANDS } from './contributions.ts';
import { noticeText, statusText } from './plain-text.ts';

/** What is over within this time needs no notification, only a word in the status bar. */
const QUIET_MS = 1_500;

/**
 * Does what a person waits for. It is told in the status bar and in the view that it is about at once, and when it takes longer
 * in a notification whose Cancel aborts the signal; with the reason `Stopped`, which the work throws on.
 */
export async function withProgress<T>(
  waitedFor: string,
  work: (signal: AbortSignal) => Promise<T>,
  { view }: { readonly view?: string } = {},
): Promise<T> {
  const title = noticeText(waitedFor);
  const stop = new AbortController();
  const inStatusBar = { location: ProgressLocation.Window, title: statusText(waitedFor) };
  const done = window.withProgress(inStatusBar, async () => await work(stop.signal));
  const over = done.then(
    () => {},
    () => {},
  );
  if (view !== undefined) void window.withProgress({ location: { viewId: view } }, async () => await over);
  const quiet = Promise.withResolvers<'long'>();
  const timer = setTimeout(() => quiet.resolve('long'), QUIET_MS);
  void Promise.race([over, quiet.promise]).then((how) => {
    clearTimeout(timer);
    if (how !== 'long') return;
    const options = { location: ProgressLocation.Notification, title, cancellable: true };
    void window.withProgress(options, async (progress, token) => {
      progress.report({ message: `[${l10n.t('Show Log')}](command:${COMMANDS.showDiagnostics})` });
      using given = signalFrom(token);
      given.signal.addEventListener('abort', () => stop.abort(new Stopped('user')), { once: true });
      await over;
    });
  });
  return await done;
}
