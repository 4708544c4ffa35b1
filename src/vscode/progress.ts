import { ProgressLocation, window } from 'vscode';
import { Stopped } from '../domain/errors.ts';
import { signalFrom } from './cancellation.ts';

/** What is over within this time needs no notification, only a word in the status bar. */
const QUIET_MS = 1_500;

/**
 * Does what a person waits for. It is told in the status bar at once, and when it takes longer in a notification whose Cancel
 * aborts the signal; with the reason `Stopped`, which the work throws on.
 */
export async function withProgress<T>(title: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const done = window.withProgress({ location: ProgressLocation.Window, title }, async () => await work(stop.signal));
  const over = done.then(
    () => {},
    () => {},
  );
  const quiet = Promise.withResolvers<'long'>();
  const timer = setTimeout(() => quiet.resolve('long'), QUIET_MS);
  void Promise.race([over, quiet.promise]).then((how) => {
    clearTimeout(timer);
    if (how !== 'long') return;
    const options = { location: ProgressLocation.Notification, title, cancellable: true };
    void window.withProgress(options, async (_progress, token) => {
      using given = signalFrom(token);
      given.signal.addEventListener('abort', () => stop.abort(new Stopped('user')), { once: true });
      await over;
    });
  });
  return await done;
}
