/** Fields whose values are likely to be changed at once, each a tab stop. */
const TAB_STOP = /^(\s*(?:#+|\/\/+|--+|\*)?\s*(?:name|description|servers|timeout):[ \t]+)(\S.*?)[ \t]*$/;

/** Text as a snippet of the editor: the values of a new event are tab stops, all else stays as it is. */
export function eventSnippet(text: string): string {
  let stop = 0;
  const lines = text.split('\n').map((line) => {
    const [, key, value] = TAB_STOP.exec(line) ?? [];
    if (key === undefined || value === undefined) return escaped(line);
    stop++;
    return `${escaped(key)}\${${stop}:${escaped(value)}}`;
  });
  return lines.join('\n');
}

function escaped(text: string): string {
  return text.replace(/[\\$}]/g, '\\$&');
}
