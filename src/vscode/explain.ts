import { CancellationError, type LogOutputChannel, l10n, window } from 'vscode';
import { CroniumError, Stopped, sentence } from '../domain/errors.ts';
import { type ErrorAction, errorActions } from './error-actions.ts';
import { noticeText } from './plain-text.ts';

/** Tells a person what was thrown: a sentence with what can be done about it; nothing when they stopped it themselves. */
export function explain(error: unknown, log: LogOutputChannel): void {
  if (error instanceof Stopped || error instanceof CancellationError) return;
  const showLog: ErrorAction = { label: l10n.t('Show Log'), do: async () => log.show(true) };
  if (error instanceof CroniumError) {
    log.warn(`${error.code}: ${error.message}${causes(error)}`);
    void offer(noticeText(error.message), [...errorActions(error), showLog], log);
    return;
  }
  log.error(error instanceof Error ? error : sentence(error));
  void offer(noticeText(l10n.t('Cronium has a bug: {0}', sentence(error))), [showLog], log);
}

async function offer(message: string, actions: readonly ErrorAction[], log: LogOutputChannel): Promise<void> {
  const chosen = await window.showErrorMessage(message, ...actions.map(({ label }) => label));
  try {
    await actions.find(({ label }) => label === chosen)?.do();
  } catch (error) {
    // What was offered did not work: say so once, without offering it again.
    log.warn(sentence(error));
    void window.showErrorMessage(noticeText(sentence(error)));
  }
}

function causes(error: Error): string {
  let text = '';
  for (let cause = error.cause; cause instanceof Error; cause = cause.cause) text += `\n  because: ${cause.message}`;
  return text;
}
