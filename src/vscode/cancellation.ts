import { type CancellationToken, CancellationTokenSource } from 'vscode';
import { Stopped } from '../domain/errors.ts';

/** The editor's token as a signal; disposing ends the listening. */
export function signalFrom(token: CancellationToken): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController();
  const stop = (): void => controller.abort(new Stopped('user'));
  if (token.isCancellationRequested) stop();
  const listener = token.onCancellationRequested(stop);
  return { signal: controller.signal, [Symbol.dispose]: () => listener.dispose() };
}

/** A signal as the editor's token, for its inputs; disposing ends the listening. */
export function tokenFrom(signal: AbortSignal): Disposable & { readonly token: CancellationToken } {
  const source = new CancellationTokenSource();
  const stop = (): void => source.cancel();
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  return {
    token: source.token,
    [Symbol.dispose]: () => {
      signal.removeEventListener('abort', stop);
      source.dispose();
    },
  };
}
