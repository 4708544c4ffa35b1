import { CroniumError } from '../domain/errors.ts';
import { interpreterFor } from '../domain/interpreter.ts';
import type { EventDocument } from './document.ts';

/** Interpreters whose comments do not begin with `#`. */
const MARKS: ReadonlyMap<string, string> = new Map([
  ['node', '//'],
  ['deno', '//'],
  ['bun', '//'],
  ['php', '//'],
  ['groovy', '//'],
  ['lua', '--'],
]);

/** What a comment begins with in the language of a script; undefined when the document is none. */
export function commentMark({ path, text, languageId }: EventDocument): string | undefined {
  const shebang = /^\ufeff?#!\s*(?:\S*\/)?([^/\s]+)(?:\s+(?:-S\s+)?([^\s-]\S*))?/.exec(text);
  if (shebang) return MARKS.get((shebang[1] === 'env' ? shebang[2] : shebang[1]) ?? '') ?? '#';
  try {
    const command = interpreterFor({ path, text, languageId })?.commands[0];
    return MARKS.get(command ?? '') ?? '#';
  } catch (error) {
    if (!(error instanceof CroniumError)) throw error;
    return undefined;
  }
}
