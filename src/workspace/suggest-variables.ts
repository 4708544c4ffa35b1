import { VARIABLE_WORDS } from '../domain/variable.ts';
import type { Cursor } from './cursor.ts';
import type { Suggestion } from './document.ts';
import { isSameKey } from './outline.ts';
import { VARIABLE_FIELDS } from './schema.ts';
import type { SheetKey } from './sheet.ts';
import { snippetText } from './snippet.ts';
import { tellVariable } from './tell.ts';

/** Proposes variables where one has been begun with `$` or `${`; empty elsewhere. */
export function suggestVariables({ event, path }: SheetKey, cursor: Cursor): Suggestion[] {
  const [field = ''] = path;
  const begun = /(?:^|[^$])(\$(?:\{[^}]*)?)$/.exec(cursor.before)?.[1];
  if (begun === undefined || !VARIABLE_FIELDS.has(field)) return [];
  const { before, quote, place, range, after } = cursor;
  const head = before.slice(0, before.length - begun.length);
  // In brackets, braces are YAML's own.
  const needsQuotes = quote === '' && place.isFlow;
  const column = needsQuotes ? range.column : range.column + head.length;
  const endColumn = range.endColumn + (/^[\w.:-]*\}/.exec(after)?.[0].length ?? 0);
  return forms(field, inputsOf(event, cursor)).map(({ name, snippet }) => {
    const label = `\${${name}}`;
    const written = `\\\${${snippet}}`;
    const told = tellVariable(name);
    return {
      label,
      kind: 'variable',
      insertText: needsQuotes ? `"${snippetText(head)}${written}"` : written,
      ...(told === undefined ? {} : { documentation: told }),
      ...(needsQuotes && head !== '' ? { filterText: `${head}${label}` } : {}),
      range: { ...range, column, endColumn },
    };
  });
}

function forms(field: string, inputs: readonly string[]): { readonly name: string; readonly snippet: string }[] {
  return VARIABLE_WORDS.filter(({ name }) => name !== 'server.name' || field === 'args' || field === 'env').flatMap(
    ({ name }) => {
      const [word = '', argument] = name.split(':');
      if (argument === undefined) return [{ name, snippet: name }];
      const known =
        word === 'input' ? inputs.map((id) => ({ name: `input:${id}`, snippet: `input:${snippetText(id)}` })) : [];
      return [...known, { name, snippet: `${word}:\${1:${argument}}` }];
    },
  );
}

/** The ids under the event's `inputs`. */
function inputsOf(event: SheetKey['event'], { sheet }: Cursor): string[] {
  const inputs = sheet.keys.find(({ text, parent }) => text === 'inputs' && parent && isSameKey(parent, event));
  return sheet.keys.filter(({ parent }) => parent && isSameKey(parent, inputs)).map(({ text }) => text);
}
