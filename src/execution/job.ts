import { CroniumError, sentence } from '../domain/errors.ts';
import { OutputText } from '../domain/mask/output-text.ts';
import type { JobOutcome } from '../domain/outcome.ts';
import type { JobPlan, RunPlan } from '../domain/run.ts';
import type { RunEvent } from '../domain/run-event.ts';
import { followJob } from './follow-job.ts';
import { JobContext, type JobDeps, type JobEnd, type JobSignals } from './job-context.ts';
import { Start } from './start.ts';

/** Runs one job to its end. Never throws: whatever happens is the job's end, and its siblings go on. */
export async function runJob(
  job: JobPlan,
  plan: RunPlan,
  deps: JobDeps,
  options: { readonly signals: JobSignals; emit(event: RunEvent): Promise<void> },
): Promise<JobEnd> {
  const mask = await deps.maskOf(job.id);
  const context = new JobContext(job, deps, { ...options, mask });
  const text = new OutputText(mask);
  return await context.finish(await runToEnd(context, plan, text), text);
}

async function runToEnd(context: JobContext, plan: RunPlan, text: OutputText): Promise<JobEnd> {
  const start = new Start(context, plan);
  try {
    const started = await start.run();
    return started.kind === 'live' ? await followJob(context, started.live, { text }) : started;
  } catch (error) {
    return await afterFailure(context, start, error);
  } finally {
    context.deps.desk.dismiss(context.job.id);
  }
}

/** What an error before the script's start means. */
async function afterFailure(context: JobContext, start: Start, error: unknown): Promise<JobEnd> {
  const { signals } = context;
  if (!start.mayHaveBeenSent || start.wasRefused(error)) {
    return signals.cancel.aborted || signals.leave.aborted ? neverBegun(signals) : settled(broken(error));
  }
  // Sent without an answer: it may run. Never `broken`; whoever looks next asks the server for the same job.
  if (!signals.leave.aborted) await context.note(sentence(error));
  return { kind: 'left', message: 'It is not known whether the script was started there' };
}

export function settled(outcome: JobOutcome): JobEnd {
  return { kind: 'settled', outcome };
}

/** The end of a job that was stopped before anything of it was sent: nobody takes it up later, when nobody expects it any more. */
export function neverBegun({ cancel }: JobSignals): JobEnd {
  if (cancel.aborted) return settled({ kind: 'cancelled' });
  const message = 'The script was never started there: its window or terminal was closed before';
  return settled({ kind: 'broken', code: 'start/left', message });
}

/** The outcome of a job that an error kept from starting. A bug keeps its name, so that nobody takes it for the server's fault. */
export function broken(error: unknown): JobOutcome {
  if (!(error instanceof CroniumError)) return { kind: 'broken', code: 'internal', message: `Bug: ${sentence(error)}` };
  return { kind: 'broken', code: error.code, message: error.message };
}
