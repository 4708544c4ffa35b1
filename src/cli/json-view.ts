import type { RunOutputs } from '../app/cronium.ts';
import { displayableLine } from '../base/display.ts';
import type { RunEvent } from '../domain/run-event.ts';
import type { Output } from './output.ts';

/**
 * The run events of the outside world: one JSON object a line, stable. Notes are for people and go to `diagnostics`; progress
 * within a phase is for terminals only.
 */
export async function showJson(
  event: RunEvent & { outputs?: RunOutputs },
  output: Output,
  diagnostics: Output,
): Promise<void> {
  if (event.type === 'note') {
    return await diagnostics.write(
      `${event.server === undefined ? '' : `${event.server}: `}${displayableLine(event.message)}\n`,
    );
  }
  if (event.type === 'phase' && event.progress && event.progress.done > 0) return;
  const line = event.type === 'phase' ? { type: event.type, server: event.server, phase: event.phase } : event;
  await output.write(jsonLine(line));
}

/** A value as one line of JSON that acts on no terminal. */
export function jsonLine(value: unknown): string {
  return `${JSON.stringify(value).replace(UNESCAPED, escaped)}\n`;
}

/** What JSON may hold as it is, and what acts on a terminal or deceives a reader all the same. */
const UNESCAPED = /[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
