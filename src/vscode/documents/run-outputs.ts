import type { RunOutputs } from '../../app/cronium.ts';
import { lineText } from '../plain-text.ts';
import { valueText } from '../views/variables.ts';

/** Lines of a page, and characters of a value on its line: more is asked of `cronium runs --json`. */
const MAX_LINES = 200;
const MAX_CHARACTERS = 500;

/** The lines that tell outputs, with an empty one at the end; none when there are none. */
export function outputLines(outputs: RunOutputs): string[] {
  const rows = Object.entries(outputs).flatMap(([server, values]) =>
    Object.entries(values).map(([key, value], index) => ({
      server: index === 0 ? lineText(server) : '',
      key: lineText(key),
      value: valueText(value, MAX_CHARACTERS),
    })),
  );
  if (rows.length === 0) return [];
  const shown = rows.slice(0, MAX_LINES);
  const serverWidth = Math.max(...shown.map(({ server }) => server.length));
  const keyWidth = Math.max(...shown.map(({ key }) => key.length));
  const more = rows.length - shown.length;
  return [
    'Outputs',
    ...shown.map(({ server, key, value }) => `${server.padEnd(serverWidth)}  ${key.padEnd(keyWidth)}  ${value}`),
    ...(more > 0 ? [`… ${more} more`] : []),
    '',
  ];
}
