import { leadingComment } from './comment.ts';
import { commentMark } from './comment-mark.ts';
import type { EventDocument, Position, Suggestion } from './document.ts';
import { isDeclaration } from './sheet.ts';
import { splitLines } from './source.ts';

/** Proposes a header where a script has none yet: on an empty line or an empty comment before its code. */
export function suggestHeader(document: EventDocument, { line, column }: Position): readonly Suggestion[] {
  if (isDeclaration(document)) return [];
  const mark = commentMark(document);
  const raw = splitLines(document.text)[line - 1];
  const { lines, codeLine } = leadingComment(document.text);
  if (mark === undefined || raw === undefined || line > codeLine) return [];
  if (lines.some(({ text }) => /^\s*cronium:(\s|$)/.test(text))) return [];
  const written = /^\s*(#+|\/\/+|--+|\*)?\s*/.exec(raw.slice(0, column - 1));
  const word = raw.slice(written?.[0].length ?? 0, column - 1);
  if (!'cronium:'.startsWith(word) || raw.slice(column - 1).trim() !== '' || raw.startsWith('#!')) return [];
  const typed = written?.[0] ?? '';
  const margin = `${/^\s*/.exec(typed)?.[0]}${written?.[1] ?? mark} `;
  const insertText = ['cronium:', '  name: ${1:Restart web}', '  servers: [${2:local}]'].join(`\n${margin}`);
  return [
    {
      label: 'cronium:',
      kind: 'header',
      insertText: `${margin.startsWith(typed) ? margin.slice(typed.length) : ''}${insertText}`,
      detail: 'Cronium header',
      documentation: 'Makes the script an event: what it is called, where it runs, and more.',
      range: { line, column: column - word.length, endColumn: column },
    },
  ];
}
