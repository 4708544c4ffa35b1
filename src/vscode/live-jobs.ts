import type { Progress, RunEvent } from '../domain/run-event.ts';

/** What is said of a job while it goes on and is in no store: why it waits, how far a long step is. */
export interface LiveJob {
  readonly note?: string;
  readonly progress?: Progress;
}

/** Keeps the latest word on each job of the runs that this window watches, and on each run that has not begun yet. */
export class LiveJobs {
  readonly #jobs = new Map<string, Map<string, LiveJob>>();
  readonly #notes = new Map<string, string>();

  find(run: string, server: string): LiveJob | undefined {
    return this.#jobs.get(run)?.get(server);
  }

  /** What was last said of a whole run, as long as it waits for its turn. */
  findNote(run: string): string | undefined {
    return this.#notes.get(run);
  }

  /** Takes what an event says; tells whether a list would show something else now. */
  take(run: string, event: RunEvent): boolean {
    switch (event.type) {
      case 'note':
        return event.server === undefined
          ? this.#note(run, event.message)
          : this.#set(run, event.server, { note: event.message });
      case 'phase':
        return this.#setPhase(run, event.server, event.progress);
      case 'settled':
        return this.#jobs.get(run)?.delete(event.server) ?? false;
      default:
        return false;
    }
  }

  forget(run: string): void {
    this.#jobs.delete(run);
    this.#notes.delete(run);
  }

  /** A phase ends what was said of the one before. */
  #setPhase(run: string, server: string, progress: Progress | undefined): boolean {
    const hasBegun = this.#notes.delete(run);
    if (progress) return this.#set(run, server, { progress }) || hasBegun;
    return (this.#jobs.get(run)?.delete(server) ?? false) || hasBegun;
  }

  #note(run: string, message: string): boolean {
    const isNew = this.#notes.get(run) !== message;
    this.#notes.set(run, message);
    return isNew;
  }

  #set(run: string, server: string, job: LiveJob): boolean {
    const jobs = this.#jobs.get(run) ?? new Map<string, LiveJob>();
    this.#jobs.set(run, jobs);
    const before = jobs.get(server);
    jobs.set(server, job);
    return before?.note !== job.note || percent(before?.progress) !== percent(job.progress);
  }
}

/** Whole percents of a step; undefined without a step whose size is known. */
export function percent(progress: Progress | undefined): number | undefined {
  if (!progress || progress.total <= 0) return undefined;
  return Math.min(100, Math.floor((100 * progress.done) / progress.total));
}
