/** A script of the selected parts of a text, started by what starts the whole: its shebang goes along. */
export function selectedScript(text: string, parts: readonly string[]): string {
  const shebang = /^\ufeff?(#![^\r\n]*)/.exec(text)?.[1];
  const body = parts.map((part) => (part.endsWith('\n') ? part : `${part}\n`)).join('');
  return shebang === undefined || body.startsWith('#!') ? body : `${shebang}\n${body}`;
}
