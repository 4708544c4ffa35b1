/** More than an honest server leaves: it drops whole segments. What comes then is counted with the last. */
const MAX_HOLES = 1_000;

/** The parts of a log that were passed over and that nothing has accounted for yet: a GAP record may come later. */
export class Holes {
  #open: { readonly from: number; readonly to: number }[] = [];

  /** The log went on at `to` where `from` was due. */
  leave(from: number, to: number): void {
    if (to <= from) return;
    const last = this.#open.length < MAX_HOLES ? undefined : this.#open.pop();
    this.#open.push({ from: last?.from ?? from, to });
  }

  /** The server says that it has dropped this. */
  explain(from: number, to: number): void {
    this.#open = this.#open.flatMap((hole) =>
      [
        { from: hole.from, to: Math.min(hole.to, from) },
        { from: Math.max(hole.from, to), to: hole.to },
      ].filter((part) => part.from < part.to),
    );
  }

  /** How many bytes are missing without a word; they are told once. */
  take(): number {
    const bytes = this.#open.reduce((sum, { from, to }) => sum + to - from, 0);
    this.#open = [];
    return bytes;
  }
}
