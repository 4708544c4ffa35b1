import type { Cursor } from './cursor.ts';
import { plainScalar } from './write-yaml.ts';

/** A text as the editor's snippets write it. */
export function snippetText(text: string): string {
  return text.replace(/[\\$}]/g, '\\$&');
}

/** What writes a text at the cursor, as a snippet: with the quotes that it needs there. */
export function textSnippet(text: string, cursor: Cursor): string {
  return literalSnippet(cursor.quote === '' ? plainScalar(text) : text, cursor);
}

/** What writes a value at the cursor that is YAML as it is, such as `true`. */
export function literalSnippet(value: string, { quote, after, lead }: Cursor): string {
  if (quote === '') return `${lead}${snippetText(value)}`;
  return `${snippetText(value)}${after.startsWith(quote) ? '' : quote}`;
}

/** What writes a field at the cursor, as a snippet with its further lines. */
export function fieldSnippet(key: string, snippet: string, { place, after, margin, lead }: Cursor): string {
  if (/^\s*:/.test(after)) return `${lead}${key}`;
  if (!snippet.startsWith('\n')) return `${lead}${key}: ${snippet}`;
  return place.isFlow ? `${lead}${key}: {$1}` : `${lead}${key}:${snippet.replaceAll('\n', `\n${snippetText(margin)}`)}`;
}
