/** Says whether `text` is an id of ours: 32 lower-case hex digits. */
export function isId(text: string): boolean {
  return /^[0-9a-f]{32}$/.test(text);
}

/** Enough of a run's id to type into a terminal, and to be unique. */
export function shortId(run: string): string {
  return run.slice(0, 8);
}
