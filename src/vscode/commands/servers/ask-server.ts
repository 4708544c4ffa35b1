import { l10n, window } from 'vscode';
import { askStep, askText, type Step, SteppedBack } from '../../host/steps.ts';
import { lineText } from '../../plain-text.ts';
import { type AddressItem, addressItems, chosenAddress } from './address-items.ts';
import { nameProblem, parseTags, type ServerDraft, suggestName, type TakenNames, tagsProblem } from './entry.ts';

/** Asks for a server step by step: its address or alias, a name where there is none yet, tags. `wanted` is the name to propose. Throws `Stopped` on Escape. */
export async function askServer(
  before: ServerDraft | undefined,
  taken: TakenNames,
  wanted?: string,
): Promise<ServerDraft> {
  let address = before?.address ?? '';
  let name = before?.name;
  let tags: readonly string[] = before?.tags ?? [];
  const title = l10n.t('Add Server');
  for (let at = 1; ; ) {
    const isAlias = taken.aliases.includes(address);
    const of = isAlias ? 2 : 3;
    try {
      if (at === 1) {
        const chosen = await askAddress(address, taken, { title, step: at, of: 3 });
        if (chosen !== address) name = undefined;
        address = chosen;
      } else if (at === 2 && !isAlias) {
        name = await askName(name ?? wanted, { title, step: at, of, hasBack: true }, { taken, address });
      } else {
        tags = await askTags(tags, { title, step: at, of, hasBack: true });
        return {
          name: isAlias ? address : (name ?? address),
          address,
          tags,
          isProtected: before?.isProtected ?? false,
        };
      }
      at += 1;
    } catch (error) {
      if (!(error instanceof SteppedBack)) throw error;
      at -= 1;
    }
  }
}

/** One list for both ways: hosts of the SSH configuration to choose, and what is typed. */
async function askAddress(value: string, taken: TakenNames, step: Step): Promise<string> {
  const picker = window.createQuickPick<AddressItem>();
  picker.placeholder = l10n.t('Type [user@]host[:port], or choose a host of your SSH configuration');
  picker.value = value;
  const show = (typed: string): void => {
    picker.items = addressItems(typed, taken).map((item) => ({ ...item, label: lineText(item.label) }));
  };
  show(value);
  const typing = picker.onDidChangeValue(show);
  try {
    return await askStep(picker, step, () => chosenAddress(picker.value, picker.activeItems[0]));
  } finally {
    typing.dispose();
  }
}

export async function askName(
  value: string | undefined,
  step: Step,
  { taken, address }: { readonly taken: TakenNames; readonly address: string },
): Promise<string> {
  const name = await askText({
    ...step,
    prompt: l10n.t('What you call it, for `servers:` of your events'),
    placeholder: l10n.t('Such as web1'),
    value: value ?? suggestName(address, taken),
    problem: (text) => nameProblem(text, { taken, address }),
  });
  return name.trim();
}

export async function askTags(value: readonly string[], step: Step): Promise<readonly string[]> {
  const text = await askText({
    ...step,
    prompt: l10n.t('Tags, if you like: words to choose several servers by, as @tag'),
    placeholder: l10n.t('Such as web staging'),
    value: value.join(' '),
    problem: tagsProblem,
  });
  return parseTags(text);
}
