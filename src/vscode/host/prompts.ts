import { window } from 'vscode';
import type { HostKeyQuestion, Prompts } from '../../transport/transport.ts';
import { tokenFrom } from '../cancellation.ts';
import { noticeText } from '../plain-text.ts';
import { createTurns } from './turns.ts';

const TRUST = 'Trust and Connect';

/** Asks the person at the editor, one question at a time: a second input would close the first. */
export function editorPrompts(): Prompts {
  const turns = createTurns();
  return {
    confirmHostKey: (question, { signal }) => turns.take(() => confirmHostKey(question, signal), { signal }),
    askSecret: (prompt, { signal }) => turns.take(() => ask(prompt, signal, 'hidden'), { signal }),
    askLine: (prompt, { signal }) => turns.take(() => ask(prompt, signal, 'visible'), { signal }),
  };
}

async function confirmHostKey(question: HostKeyQuestion, signal: AbortSignal): Promise<boolean> {
  const { host, keyType, fingerprint, file } = question;
  const detail = [
    `Its ${keyType} key has the fingerprint\n${fingerprint}`,
    `Compare it with what the server's owner says. If you trust it, it is added to ${file}.`,
  ].join('\n\n');
  const answer = window.showWarningMessage(
    noticeText(`The host "${host}" is not known`),
    { modal: true, detail },
    TRUST,
  );
  // A modal cannot be closed from here; its late answer is not used.
  const answered = new AbortController();
  try {
    return (await Promise.race([answer, aborted(signal, answered.signal)])) === TRUST;
  } finally {
    answered.abort();
  }
}

async function ask(prompt: string, signal: AbortSignal, text: 'hidden' | 'visible'): Promise<string | undefined> {
  using given = tokenFrom(signal);
  const options = { prompt: noticeText(prompt), password: text === 'hidden', ignoreFocusOut: true, title: 'Cronium' };
  const answer = await window.showInputBox(options, given.token);
  signal.throwIfAborted();
  return answer;
}

function aborted(signal: AbortSignal, until: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true, signal: until });
  });
}
