import { type Disposable, type InputBox, QuickInputButtons, type QuickPick, type QuickPickItem, window } from 'vscode';
import { Stopped } from '../../domain/errors.ts';

/** One question of a few that belong together. */
export interface Step {
  readonly title: string;
  /** Which one it is, and of how many; absent when there is only one. */
  readonly step?: number;
  readonly of?: number;
  /** Offers the way back to the step before, which throws `SteppedBack`. */
  readonly hasBack?: boolean;
}

/** The person wants to see the step before again. */
export class SteppedBack extends Error {}

interface PickStep extends Step {
  readonly placeholder: string;
}

/** Asks for one of a list. Throws `Stopped` when the person gives up. */
export async function pickOne<T extends QuickPickItem>(items: readonly T[], step: PickStep): Promise<T> {
  const pick = createPick<T>(step);
  pick.items = items;
  return await askStep(pick, step, () => pick.activeItems[0]);
}

/** Asks for any of a list, also none. Throws `Stopped` when the person gives up. */
export async function pickMany<T extends QuickPickItem>(items: readonly T[], step: PickStep): Promise<readonly T[]> {
  const pick = createPick<T>(step);
  // Before its items: they get their boxes when they are set.
  pick.canSelectMany = true;
  pick.items = items;
  pick.selectedItems = items.filter(({ picked }) => picked === true);
  return await askStep(pick, step, () => pick.selectedItems);
}

/** Asks for a text; `problem` says why one cannot be taken. Throws `Stopped` when the person gives up. */
export async function askText(
  step: Step & {
    readonly prompt: string;
    readonly placeholder: string;
    readonly value?: string;
    /** It is not shown as it is typed. */
    readonly isSecret?: boolean;
    problem(text: string): string | undefined;
  },
): Promise<string> {
  const input = window.createInputBox();
  input.prompt = step.prompt;
  input.placeholder = step.placeholder;
  input.value = step.value ?? '';
  input.password = step.isSecret === true;
  using _typing = disposing(input.onDidChangeValue((text) => (input.validationMessage = step.problem(text))));
  return await askStep(input, step, () => {
    input.validationMessage = step.problem(input.value);
    return input.validationMessage === undefined ? input.value : undefined;
  });
}

function createPick<T extends QuickPickItem>({ placeholder }: PickStep): QuickPick<T> {
  const pick = window.createQuickPick<T>();
  pick.placeholder = placeholder;
  pick.matchOnDescription = true;
  return pick;
}

/** Shows the question and waits for its answer; `take` says what it is, or that there is none yet. */
export async function askStep<A>(
  input: InputBox | QuickPick<QuickPickItem>,
  { title, step, of, hasBack }: Step,
  take: () => A | undefined,
): Promise<A> {
  input.title = title;
  input.step = step;
  input.totalSteps = of;
  // The answers so far are not lost to a look at something else.
  input.ignoreFocusOut = true;
  if (hasBack) input.buttons = [QuickInputButtons.Back];
  try {
    return await new Promise((resolve, reject) => {
      input.onDidHide(() => reject(new Stopped('user')));
      input.onDidTriggerButton((button) => {
        if (button === QuickInputButtons.Back) reject(new SteppedBack());
      });
      input.onDidAccept(() => {
        const taken = take();
        if (taken !== undefined) resolve(taken);
      });
      input.show();
    });
  } finally {
    input.dispose();
  }
}

function disposing(part: Disposable): globalThis.Disposable {
  return { [Symbol.dispose]: () => part.dispose() };
}
