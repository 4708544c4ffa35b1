/**
 * Writes a text as a double-quoted YAML scalar that every parser reads back exactly: everything but printable ASCII is escaped,
 * because parsers differ in what they take for a line break or refuse (U+0085, U+2028, U+FEFF, control characters).
 */
export function quoted(text: string): string {
  // Half of a surrogate pair is no character, and has no escape.
  const escaped = text.toWellFormed().replace(/[^\x20-\x7e]|["\\]/gu, (character) => {
    if (character === '"' || character === '\\') return `\\${character}`;
    const code = (character.codePointAt(0) ?? 0).toString(16);
    if (code.length <= 2) return `\\x${code.padStart(2, '0')}`;
    return code.length <= 4 ? `\\u${code.padStart(4, '0')}` : `\\U${code.padStart(8, '0')}`;
  });
  return `"${escaped}"`;
}
