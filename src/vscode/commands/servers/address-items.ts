import { addressProblem, type TakenNames } from './entry.ts';

/** A line of the list from which an address is chosen: an alias, or what is typed or why that is none. */
export interface AddressItem {
  readonly label: string;
  readonly detail?: string;
  readonly alias?: string;
  /** What is typed is shown whatever is typed. */
  readonly alwaysShow: boolean;
}

/** What is typed, if it is no alias, then the aliases of the SSH configuration that the settings do not have yet. */
export function addressItems(typed: string, taken: TakenNames): readonly AddressItem[] {
  const aliases = taken.aliases
    .filter((alias) => !taken.settings.includes(alias))
    .map((alias) => ({ label: alias, alias, alwaysShow: false }));
  const text = typed.trim();
  if (text === '' || aliases.some(({ alias }) => alias === text)) return aliases;
  const problem = addressProblem(text);
  const own =
    problem === undefined
      ? { label: `$(add) ${text}`, alwaysShow: true }
      : { label: `$(error) ${problem}`, detail: 'An address is an alias or [user@]host[:port]', alwaysShow: true };
  return [own, ...aliases];
}

/**
 * The address that Enter means, if any. What is typed counts as it is in the box: the list may be a moment behind it.
 */
export function chosenAddress(typed: string, active: AddressItem | undefined): string | undefined {
  if (active?.alias !== undefined) return active.alias;
  return addressProblem(typed) === undefined ? typed.trim() : undefined;
}
