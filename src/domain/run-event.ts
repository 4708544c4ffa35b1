import type { JobPhase } from './job.ts';
import type { JobOutcome } from './outcome.ts';
import type { RunStatus } from './run.ts';

/** What happens in a run, in order; the lines of `cronium run --json`. */
export type RunEvent =
  | { readonly type: 'planned'; readonly run: string; readonly event: string; readonly servers: readonly string[] }
  | { readonly type: 'phase'; readonly server: string; readonly phase: JobPhase; readonly progress?: Progress }
  | {
      readonly type: 'output';
      readonly server: string;
      readonly stream: 'stdout' | 'stderr';
      /** Decoded UTF-8 as it arrived: not cut at line ends. */
      readonly text: string;
    }
  /** Something a person should know: a file left out, a retry, processes left behind. */
  | { readonly type: 'note'; readonly server?: string; readonly message: string }
  | { readonly type: 'settled'; readonly server: string; readonly outcome: JobOutcome }
  | { readonly type: 'finished'; readonly run: string; readonly status: RunStatus };

/** How far a long step is, in bytes. */
export interface Progress {
  readonly done: number;
  readonly total: number;
}
