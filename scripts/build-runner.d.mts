/** The table of runner artifacts, as `src/runner/artifacts.ts` reads it. */
export interface RunnerTable {
  readonly version: string;
  readonly platforms: readonly { readonly uname: string; readonly sha256: string; readonly size: number }[];
}

export function buildRunners(options?: { readonly root?: string; log?(line: string): void }): Promise<RunnerTable>;
export function sizeProblems(table: RunnerTable): string[];
