import { CancellationError, commands, type LogOutputChannel, window } from 'vscode';
import { CroniumError, Stopped, sentence } from '../domain/errors.ts';
import { noticeText } from './plain-text.ts';

interface Action {
  readonly label: string;
  do(): void;
}

/** Tells a person what was thrown: a sentence with what can be done about it; nothing when they stopped it themselves. */
export function explain(error: unknown, log: LogOutputChannel): void {
  if (error instanceof Stopped || error instanceof CancellationError) return;
  const showLog: Action = { label: 'Show Log', do: () => log.show(true) };
  if (error instanceof CroniumError) {
    log.warn(`${error.code}: ${error.message}${causes(error)}`);
    void offer(noticeText(error.message), [...actionsFor(error), showLog]);
    return;
  }
  log.error(error instanceof Error ? error : sentence(error));
  void offer(noticeText(`Cronium has a bug: ${sentence(error)}`), [showLog]);
}

function actionsFor(error: CroniumError): Action[] {
  if (error.code !== 'workspace/untrusted') return [];
  return [{ label: 'Manage Trust', do: () => void commands.executeCommand('workbench.trust.manage') }];
}

async function offer(message: string, actions: readonly Action[]): Promise<void> {
  const chosen = await window.showErrorMessage(message, ...actions.map(({ label }) => label));
  actions.find(({ label }) => label === chosen)?.do();
}

function causes(error: Error): string {
  let text = '';
  for (let cause = error.cause; cause instanceof Error; cause = cause.cause) text += `\n  because: ${cause.message}`;
  return text;
}
