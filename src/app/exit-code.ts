import { constants } from 'node:os';
import { CroniumError, Stopped } from '../domain/errors.ts';
import type { JobOutcome } from '../domain/outcome.ts';
import { runStatus } from '../domain/run.ts';

/** Exit codes beside a script's own. */
export const ExitCode = {
  success: 0,
  failed: 1,
  usage: 2,
  partial: 3,
  timedOut: 124,
  broken: 125,
  cancelled: 130,
} as const;

/** What the person wrote is wrong, here or in a file; nothing was tried. */
const USAGE_CODES = /^(usage|event|config|run|server|payload|variable)(\/|$)/;

/**
 * What the command ends with: with one server the script's own code, else by the status of the run. `undefined` is a job that
 * was left to its server.
 */
export function exitCode(outcomes: readonly (JobOutcome | undefined)[]): number {
  const [first] = outcomes;
  if (outcomes.length === 1 && first) return single(first);
  if (outcomes.some((outcome) => outcome === undefined)) return ExitCode.broken;
  switch (runStatus(outcomes)) {
    case 'success':
      return ExitCode.success;
    case 'partial':
      return ExitCode.partial;
    case 'cancelled':
      return ExitCode.cancelled;
    default:
      if (outcomes.every((outcome) => outcome?.kind === 'timedOut')) return ExitCode.timedOut;
      return outcomes.every((outcome) => outcome?.kind === 'broken' || outcome?.kind === 'lost')
        ? ExitCode.broken
        : ExitCode.failed;
  }
}

/** The code for what was thrown before anything ran. */
export function thrownExitCode(error: unknown): number {
  if (error instanceof Stopped) return ExitCode.cancelled;
  return error instanceof CroniumError && USAGE_CODES.test(error.code) ? ExitCode.usage : ExitCode.broken;
}

function single(outcome: JobOutcome): number {
  switch (outcome.kind) {
    case 'succeeded':
      return ExitCode.success;
    case 'failed':
      return outcome.exitCode ?? signalCode(outcome.signal);
    case 'timedOut':
      return ExitCode.timedOut;
    case 'cancelled':
      return ExitCode.cancelled;
    case 'broken':
    case 'lost':
      return ExitCode.broken;
    default:
      return outcome satisfies never;
  }
}

/** As shells do: 128 and the number of the signal. */
function signalCode(signal: string | undefined): number {
  const number = signal ? (constants.signals as Readonly<Record<string, number>>)[signal] : undefined;
  return number === undefined ? ExitCode.failed : 128 + number;
}
