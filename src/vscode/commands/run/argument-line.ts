import { CroniumError } from '../../../domain/errors.ts';

/** Characters that a backslash takes the meaning of between double quotes; before others it stands for itself, as in a shell. */
const ESCAPABLE = '"\\$`';

/** Characters that need no quotes to stand for themselves. */
const PLAIN = /^[\w@%+=:,./-]+$/;

/**
 * Splits a line into arguments as a shell does: at white space, with `'…'`, `"…"` and `\`. Nothing else has a meaning: `$HOME`,
 * `*` and `;` are given to the script as they are. Throws `CroniumError` `run/arguments` for a quote that does not end.
 */
export function parseArguments(line: string): string[] {
  const found: string[] = [];
  let current: string | undefined;
  for (let at = 0; at < line.length; at++) {
    const character = line.charAt(at);
    if (/\s/.test(character)) {
      if (current !== undefined) found.push(current);
      current = undefined;
      continue;
    }
    current ??= '';
    if (character === "'" || character === '"') {
      const { text, end } = readQuoted(line, at);
      current += text;
      at = end;
    } else if (character === '\\') {
      // At the very end there is nothing it could protect.
      at += 1;
      current += at < line.length ? line.charAt(at) : '\\';
    } else current += character;
  }
  return current === undefined ? found : [...found, current];
}

/** Writes arguments as a line that `parseArguments` reads back. */
export function formatArguments(args: readonly string[]): string {
  return args.map((arg) => (PLAIN.test(arg) ? arg : `'${arg.replaceAll("'", "'\\''")}'`)).join(' ');
}

function readQuoted(line: string, start: number): { readonly text: string; readonly end: number } {
  const quote = line.charAt(start);
  let text = '';
  for (let at = start + 1; at < line.length; at++) {
    const character = line.charAt(at);
    if (character === quote) return { text, end: at };
    const next = line.charAt(at + 1);
    if (quote === '"' && character === '\\' && next !== '' && ESCAPABLE.includes(next)) {
      text += next;
      at += 1;
    } else text += character;
  }
  throw new CroniumError('run/arguments', `Cannot read the arguments: the ${quote} at column ${start + 1} has no end`);
}
