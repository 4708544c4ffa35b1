/** A fault that cannot be brought about on a machine such as the tests run on, with what was tried. */
export interface Impossible {
  readonly id: string;
  readonly command: string;
  readonly output: string;
}

export const IMPOSSIBLE: readonly Impossible[] = [];
