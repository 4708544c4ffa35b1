/** A place in a file that an error names; counts from 1. */
export interface ErrorPlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** The first place that a sentence of ours names, as `  <file>:<line>:<column>  <what>` on a line of its own. */
export function findPlace(message: string): ErrorPlace | undefined {
  const found = /^ {2}(.+?):(\d+):(\d+) {2}/m.exec(message);
  if (!found) return undefined;
  const [, file = '', line, column] = found;
  return { file, line: Number(line), column: Number(column) };
}

/** The setting that a sentence of ours names. */
export function findSetting(message: string): string | undefined {
  return /\b(cronium(?:\.[A-Za-z]+)+)/.exec(message)?.[1];
}
