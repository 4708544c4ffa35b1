/** How a job ended. Every job ends in exactly one. */
export type JobOutcome =
  | { readonly kind: 'succeeded'; readonly exitCode: 0 }
  | { readonly kind: 'failed'; readonly exitCode?: number; readonly signal?: string }
  | { readonly kind: 'timedOut'; readonly exitCode?: number; readonly signal?: string }
  | { readonly kind: 'cancelled'; readonly exitCode?: number; readonly signal?: string }
  /** The script was never started. */
  | { readonly kind: 'broken'; readonly code: string; readonly message: string }
  /** It was started, and its end is unknown; the log kept so far stands. */
  | { readonly kind: 'lost'; readonly message: string };

/** The runner's word on the end of a script: `exit` in docs/protocol.md, "State". */
export interface ExitReport {
  readonly reason: 'exited' | 'timedOut' | 'cancelled' | 'broken';
  readonly code?: number;
  readonly signal?: string;
  readonly error?: string;
  readonly message?: string;
}

/** Decides the outcome of a job that the runner says has ended. */
export function jobOutcome(exit: ExitReport): JobOutcome {
  const end = {
    ...(exit.code === undefined ? {} : { exitCode: exit.code }),
    ...(exit.signal === undefined ? {} : { signal: exit.signal }),
  };
  switch (exit.reason) {
    case 'exited':
      return exit.code === 0 && exit.signal === undefined
        ? { kind: 'succeeded', exitCode: 0 }
        : { kind: 'failed', ...end };
    case 'timedOut':
      return { kind: 'timedOut', ...end };
    case 'cancelled':
      return { kind: 'cancelled', ...end };
    case 'broken':
      return {
        kind: 'broken',
        code: exit.error ?? 'run/broken',
        message: exit.message ?? 'The runner could not start the script',
      };
    default:
      return exit.reason satisfies never;
  }
}

/** A job's end in a few words; `undefined` is a job that is not over as far as we know. */
export function describeOutcome(outcome: JobOutcome | undefined): string {
  switch (outcome?.kind) {
    case undefined:
      return 'not known yet';
    case 'succeeded':
      return 'succeeded';
    case 'failed':
      return outcome.signal ? `failed (${outcome.signal})` : `failed (exit code ${outcome.exitCode})`;
    case 'timedOut':
      return 'timed out';
    case 'cancelled':
      return 'cancelled';
    case 'broken':
    case 'lost':
      return `${outcome.kind}: ${outcome.message}`;
    default:
      return outcome satisfies never;
  }
}
