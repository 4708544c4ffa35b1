import { displayable } from '../base/display.ts';

/** Longer than any sentence of ours; a notification is no place for more. */
const MAX_NOTICE_CHARACTERS = 500;

/**
 * A text for a notification: on one line, and without links. The editor makes `[label](command:…)` of any message clickable,
 * and names in it may come from a workspace or a server.
 */
export function noticeText(text: string): string {
  const [first = '', ...rest] = displayable(text).split(/\s*\n\s*/);
  const line = (rest.length === 0 ? first : `${first.replace(/:$/, '')}: ${rest.join('; ')}`)
    .replace(/\]\(/g, '] (')
    .trim();
  return line.length > MAX_NOTICE_CHARACTERS ? `${line.slice(0, MAX_NOTICE_CHARACTERS - 1)}…` : line;
}

/** A text for the status bar, where `$(name)` would be an icon. */
export function statusText(text: string): string {
  return noticeText(text).replaceAll('$(', '$ (');
}

/** A text for one line of a tree or a list: no controls, no line breaks. */
export function lineText(text: string): string {
  return displayable(text).replace(/\s+/g, ' ').trim();
}
