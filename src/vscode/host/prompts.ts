import { type Disposable as EditorDisposable, InputBoxValidationSeverity, l10n, ThemeIcon, window } from 'vscode';
import { abortable } from '../../base/wait.ts';
import type { LineOptions, Prompts, SecretOptions } from '../../transport/transport.ts';
import { lineText, noticeText } from '../plain-text.ts';
import { confirmHostKey } from './confirm-host-key.ts';
import {
  createSecretMemory,
  isEventSecret,
  isLoginSecret,
  type RememberedSecrets,
  type TypedSecret,
} from './secrets.ts';
import { createTurns, type Turns } from './turns.ts';

/** The person at the editor. */
export interface EditorPrompts extends Prompts {
  /** Nothing is asked until this is disposed: something else of ours asks the person, and a second input would close the first. */
  hold(): Disposable;
}

export interface PromptDeps {
  readonly remembered: RememberedSecrets;
  /** Hears a sentence when the editor's storage of secrets does not do its part. */
  onProblem(message: string): void;
}

/** Asks the person at the editor, one question at a time. What they let it remember is answered without them. */
export function editorPrompts({ remembered, onProblem }: PromptDeps): EditorPrompts {
  const turns = createTurns();
  const memory = createSecretMemory(remembered, onProblem);
  /** What the person wanted to be kept when they typed it last: they need not say so again after a typo. */
  const wanted = new Set<string>();
  return {
    hold: () => turns.hold(),
    confirmHostKey: (question, options) => turns.take(() => confirmHostKey(question, options), options),
    askSecret: (prompt, options) => {
      const { subject, attempt = 0 } = options;
      const ask = (): Promise<TypedSecret | undefined> =>
        turns.take(() => askSecret(prompt, options, { turns, wanted }), options);
      if (subject !== undefined && isLoginSecret(subject)) return memory.answer(subject, attempt, ask);
      if (subject !== undefined && isEventSecret(subject)) return memory.answerForGood(subject, ask);
      return ask().then((given) => given?.secret);
    },
    askLine: (prompt, options) => turns.take(() => askLine(prompt, options, turns), options),
    secretTried: (subject, found) => void memory.tried(subject, found),
  };
}

async function askLine(prompt: string, options: LineOptions, turns: Turns): Promise<string | undefined> {
  const box = openBox(prompt, options);
  box.placeholder = l10n.t('Your answer');
  return await answer(box, turns, options);
}

async function askSecret(
  prompt: string,
  options: SecretOptions,
  { turns, wanted }: { readonly turns: Turns; readonly wanted: Set<string> },
): Promise<TypedSecret | undefined> {
  const { subject = '', attempt = 0 } = options;
  const box = openBox(prompt, options);
  box.password = true;
  box.placeholder = l10n.t('Not shown as you type');
  let isToBeKept = attempt > 0 && wanted.has(subject);
  const listeners: EditorDisposable[] = [];
  if (attempt > 0) {
    // Stands in the place of the prompt.
    const message = l10n.t('The last answer was not accepted: {0}', noticeText(prompt));
    box.validationMessage = { message, severity: InputBoxValidationSeverity.Error };
    listeners.push(box.onDidChangeValue(() => (box.validationMessage = undefined)));
  }
  if (isLoginSecret(subject) || isEventSecret(subject)) {
    const remembered = isEventSecret(subject)
      ? l10n.t('remembered for this event on this machine')
      : l10n.t('remembered once it has proven right');
    const showChoice = (): void => {
      box.buttons = [isToBeKept ? buttons().kept : buttons().notKept];
      box.prompt = isToBeKept ? `${noticeText(prompt)} — ${remembered}` : noticeText(prompt);
    };
    showChoice();
    listeners.push(
      box.onDidTriggerButton(() => {
        isToBeKept = !isToBeKept;
        showChoice();
      }),
    );
  }
  try {
    const secret = await answer(box, turns, options);
    if (isToBeKept) wanted.add(subject);
    else wanted.delete(subject);
    return secret === undefined ? undefined : { secret, isToBeKept };
  } finally {
    for (const listener of listeners) listener.dispose();
  }
}

function buttons() {
  return {
    notKept: { iconPath: new ThemeIcon('save'), tooltip: l10n.t('Remember It on This Machine') },
    kept: { iconPath: new ThemeIcon('pass-filled'), tooltip: l10n.t('Do Not Remember It') },
  };
}

type Box = ReturnType<typeof window.createInputBox>;

function openBox(prompt: string, { server }: LineOptions): Box {
  const box = window.createInputBox();
  box.title = server === undefined ? 'Cronium' : l10n.t('Log In to {0}', lineText(server));
  box.prompt = noticeText(prompt);
  box.ignoreFocusOut = true;
  return box;
}

/** Waits for Enter; Escape gives up. A box that had to make room for another question of ours comes back after it. */
async function answer(
  box: Box,
  turns: Turns,
  { signal }: { readonly signal: AbortSignal },
): Promise<string | undefined> {
  const answered = Promise.withResolvers<string | undefined>();
  let isOver = false;
  const listeners: EditorDisposable[] = [
    box.onDidAccept(() => answered.resolve(box.value)),
    box.onDidHide(() => {
      if (!turns.isHeld) answered.resolve(undefined);
      else void turns.released().then(() => !isOver && box.show());
    }),
  ];
  try {
    box.show();
    return await abortable(answered.promise, { signal });
  } finally {
    isOver = true;
    for (const listener of listeners) listener.dispose();
    box.dispose();
  }
}
