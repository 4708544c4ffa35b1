import type { RunOutputs } from '../app/cronium.ts';
import { displayableLine } from '../base/display.ts';
import type { Palette } from './palette.ts';

/** More than that nobody reads below a run; `--json` has them all. */
const MAX_LINES = 20;
const MAX_VALUE_LENGTH = 100;

/** What scripts have put out, a line each, for below the end of a run; empty when there is nothing. */
export function outputsText(outputs: RunOutputs, palette: Palette): string {
  const lines = Object.entries(outputs).flatMap(([server, values]) =>
    Object.entries(values).map(([key, value]) => {
      const text = displayableLine(typeof value === 'string' ? value : JSON.stringify(value));
      const short = text.length > MAX_VALUE_LENGTH ? `${text.slice(0, MAX_VALUE_LENGTH - 1)}…` : text;
      return `  ${palette.faint(`${displayableLine(server)} ·`)} ${key} = ${short}\n`;
    }),
  );
  const more = lines.length - MAX_LINES;
  return lines.slice(0, MAX_LINES).join('') + (more > 0 ? palette.faint(`  and ${more} more outputs\n`) : '');
}
