/** A line of the product without which a fault's test fails: `scripts/faults.mjs --guards` takes it away and looks. */
export interface Guard {
  /** What it guards against, in a few words. */
  readonly name: string;
  /** The faults whose tests must fail without it. */
  readonly ids: readonly string[];
  /** From the root of the repository. */
  readonly file: string;
  /** Exact text, once in the file. */
  readonly find: string;
  readonly replace: string;
}
