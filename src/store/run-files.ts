import { appendFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isId } from '../domain/id.ts';
import type { JobOutcome } from '../domain/outcome.ts';
import type { JobPlan, ReplaySpec, RunPlan, RunRecord } from '../domain/run.ts';
import { errorCode } from './error-code.ts';

/** How a job of a run has ended; `at` is milliseconds since 1970. */
export interface RunEnd {
  readonly job: string;
  readonly outcome: JobOutcome;
  readonly at: number;
}

/** What a run's file says: all that the database knows of a run when it begins. */
export interface KeptRun extends Omit<RunRecord, 'jobs'> {
  readonly payloadSize: number;
  readonly jobs: readonly JobPlan[];
  /** Absent where only a mirror or a server tells of the run. */
  readonly spec?: ReplaySpec;
  /** By the job's id. */
  readonly ends: ReadonlyMap<string, { readonly outcome: JobOutcome; readonly at: number }>;
}

/**
 * A file for each run, beside the database: what it is, then a line for each job that has ended. Nobody reads it as long as there
 * is a row for the run; a database that was lost or damaged is rebuilt from it.
 */
export class RunFiles {
  readonly #dir: string;

  constructor(dir: string) {
    this.#dir = dir;
  }

  /** It does not wait for the disk: it is asked for only when the database, which does, is lost. */
  write(plan: RunPlan, spec: ReplaySpec, at: number): void {
    const { id, eventId, eventName, script, trigger, git, replayOf, payload } = plan;
    const run = {
      ...{ id, eventId, eventName, script, trigger, git, replayOf, spec, startedAt: at },
      ...{ payloadSha256: payload.sha256, payloadSize: payload.size, scriptSha256: payload.scriptSha256 },
      jobs: plan.jobs,
    };
    writeFileSync(this.#file(id), `${JSON.stringify(run)}\n`, { mode: 0o600 });
  }

  /** What is lost of it the mirrors or the servers tell again. */
  settled(run: string, ends: readonly RunEnd[]): void {
    try {
      const lines = ends.map((end) => `${JSON.stringify(end)}\n`);
      appendFileSync(this.#file(run), lines.join(''), { mode: 0o600 });
    } catch {
      // A full disk, say: the row is what counts, and who cannot write that hears of it.
    }
  }

  remove(run: string): void {
    rmSync(this.#file(run), { force: true });
  }

  /** The runs that have a file. */
  ids(): string[] {
    return readdirSync(this.#dir).flatMap((name) => {
      const id = name.endsWith('.jsonl') ? name.slice(0, -6) : '';
      return isId(id) ? [id] : [];
    });
  }

  /** Undefined when the file is gone, or its first line is not whole. Lines behind that are not whole are passed over. */
  read(id: string): KeptRun | undefined {
    let text: string;
    try {
      text = readFileSync(this.#file(id), 'utf8');
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return undefined;
      throw error;
    }
    const [first = '', ...others] = text.split('\n');
    const run = parseLine(first);
    if (run?.id !== id || !Array.isArray(run.jobs)) return undefined;
    const ends = new Map<string, { outcome: JobOutcome; at: number }>();
    for (const line of others) {
      const end = parseLine(line);
      // The first outcome stands.
      if (typeof end?.job === 'string' && end.outcome && !ends.has(end.job)) {
        ends.set(end.job, { outcome: end.outcome as JobOutcome, at: Number(end.at) });
      }
    }
    return { ...(run as unknown as Omit<KeptRun, 'ends'>), ends };
  }

  #file(run: string): string {
    if (!isId(run)) throw new Error(`Not the id of a run: ${JSON.stringify(run)}`);
    return join(this.#dir, `${run}.jsonl`);
  }
}

function parseLine(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
