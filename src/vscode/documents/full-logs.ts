import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Cronium } from '../../app/cronium.ts';
import { CroniumError, sentence } from '../../domain/errors.ts';
import { describeOutcome } from '../../domain/outcome.ts';
import type { JobRecord, RunRecord } from '../../domain/run.ts';
import { lineText } from '../plain-text.ts';
import { LogLines } from './log-lines.ts';
import { StyledTextBuilder } from './styled-text.ts';

/** Text is written in pieces of about this size. */
const WRITE_CHARACTERS = 64 * 1024;

/** A file that is older is made anew when somebody asks for it. */
const KEPT_MS = 86_400_000;

type Engine = Pick<Cronium, 'findRun' | 'log'>;

/** Whole logs as text files: without escapes, in a folder of ours. They are copies, and go when their run goes. */
export class FullLogs {
  readonly #dir: string;

  constructor(dir: string) {
    this.#dir = dir;
  }

  /** Writes the log of some servers of a run, as far as it is here, and says where. Throws `CroniumError` `log/write`. */
  async write(
    run: RunRecord,
    jobs: readonly JobRecord[],
    { cronium, signal }: { readonly cronium: Engine; readonly signal: AbortSignal },
  ): Promise<string> {
    const dir = join(this.#dir, run.id);
    const file = join(dir, `${fileName(jobs)}.log`);
    const isWhole = jobs.every(({ outcome }) => outcome);
    if (isWhole && (await exists(file))) return file;
    const part = `${file}.${process.pid}.part`;
    try {
      await mkdir(dir, { recursive: true, mode: 0o700 });
      await pipeline(Readable.from(textOf(jobs, cronium)), createWriteStream(part, { mode: 0o600 }), { signal });
      await rename(part, file);
      return file;
    } catch (cause) {
      await rm(part, { force: true });
      signal.throwIfAborted();
      if (cause instanceof CroniumError) throw cause;
      throw new CroniumError('log/write', `Cannot write the full log to "${file}": ${sentence(cause)}`, { cause });
    }
  }

  /** Removes the files of runs that are not there any more, and those that were written long ago. */
  async sweep({ cronium, now }: { readonly cronium: Engine; readonly now: number }): Promise<void> {
    // Nothing was ever written.
    const runs = await readdir(this.#dir).catch(() => []);
    for (const run of runs) {
      const dir = join(this.#dir, run);
      if (isKnown(run, cronium) && (await changedAt(dir)) > now - KEPT_MS) continue;
      // What cannot be removed now can be the next time.
      await rm(dir, { recursive: true, force: true }).catch(() => {});
    }
  }
}

/** The lines of the logs; with several servers, each under a heading. */
async function* textOf(jobs: readonly JobRecord[], cronium: Engine): AsyncGenerator<string> {
  for (const job of jobs) {
    const isOneOfMany = jobs.length > 1;
    if (isOneOfMany) yield `── ${lineText(job.server.name)} · ${lineText(describeOutcome(job.outcome))} ──\n`;
    const lines = new LogLines();
    let piece = new StyledTextBuilder();
    for await (const entry of cronium.log(job)) {
      lines.add(entry, piece);
      if (piece.text.length < WRITE_CHARACTERS) continue;
      yield piece.text;
      piece = new StyledTextBuilder();
    }
    lines.end(piece);
    yield isOneOfMany ? `${piece.text}\n` : piece.text;
  }
}

/** A name for people; the job's id keeps servers apart whose names files cannot tell apart. */
function fileName(jobs: readonly JobRecord[]): string {
  const [only] = jobs;
  if (!only || jobs.length > 1) return 'all-servers';
  const plain = only.server.name.replace(/[^A-Za-z0-9._-]+/g, '-').slice(0, 80);
  return `${plain}-${only.id.slice(0, 8)}`;
}

function isKnown(run: string, cronium: Engine): boolean {
  try {
    return cronium.findRun(run).id === run;
  } catch (error) {
    return !(error instanceof CroniumError);
  }
}

async function exists(file: string): Promise<boolean> {
  return (await stat(file).catch(() => undefined)) !== undefined;
}

async function changedAt(dir: string): Promise<number> {
  return (await stat(dir).catch(() => undefined))?.mtimeMs ?? 0;
}
