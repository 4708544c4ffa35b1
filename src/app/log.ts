import { type Mask, MaskStream } from '../domain/mask/mask.ts';
import type { ExitReport } from '../domain/outcome.ts';
import { type LogRecord, RECORD_OVERHEAD } from '../domain/record.ts';
import { noteOf } from '../execution/follow.ts';
import { parseExit } from '../runner/message.ts';
import { readLastSegment, readLog } from '../store/read-log.ts';
import type { Store } from '../store/store.ts';
import type { LogEntry, LogPlace } from './cronium.ts';
import type { JobMasks } from './job-masks.ts';

export interface ReadOptions {
  readonly from?: LogPlace | undefined;
  /** What is replaced. */
  readonly mask: Mask;
  /** Nothing more comes: what could have become a secret will not. */
  readonly isOver: boolean;
}

/** The log of a job as it may be told, from a place on. */
export async function* readJobLog(
  job: string,
  { from }: { readonly from?: LogPlace },
  { store, masks }: { readonly store: Store; readonly masks: Pick<JobMasks, 'of'> },
): AsyncGenerator<LogEntry> {
  const mask = await masks.of(job);
  // Asked before it is read: what has an outcome has its whole log in the mirror.
  const isOver = store.jobs.find(job)?.outcome !== undefined;
  yield* readEntries(store.logDir(job), { from, mask, isOver });
}

/** What a mirror has now, from a place on, with bounded memory. */
export async function* readEntries(dir: string, { from, mask, isOver }: ReadOptions): AsyncGenerator<LogEntry> {
  const reader = new EntryReader(mask, from);
  for await (const record of readLog(dir, from)) {
    const entry = reader.take(record);
    if (entry) yield entry;
  }
  if (isOver) yield* reader.rest();
}

class EntryReader {
  readonly #mask: Mask;
  readonly #streams: Readonly<Record<'stdout' | 'stderr', MaskStream>>;
  /** Of the last record. */
  #last: Pick<LogEntry, 'time' | 'next'>;

  constructor(mask: Mask, from: LogPlace = { offset: 0, seq: 0 }) {
    this.#mask = mask;
    this.#last = { time: 0, next: from };
    const { stdout, stderr } = from.held ?? {};
    this.#streams = { stdout: new MaskStream(mask, stdout), stderr: new MaskStream(mask, stderr) };
  }

  take({ type, body, time, offset, seq }: LogRecord): LogEntry | undefined {
    const stream = type === 'OUT' ? 'stdout' : type === 'ERR' ? 'stderr' : undefined;
    const bytes = stream && this.#streams[stream].write(body);
    const place = { offset: offset + body.length + RECORD_OVERHEAD, seq: seq + 1 };
    this.#last = { time: time / 1000, next: { ...place, ...this.#held() } };
    if (stream) return bytes?.length ? { ...this.#last, kind: 'output', stream, bytes } : undefined;
    const message = noteOf(type, body);
    return message === undefined ? undefined : { ...this.#last, kind: 'note', message: this.#mask.text(message) };
  }

  *rest(): Generator<LogEntry> {
    for (const stream of ['stdout', 'stderr'] as const) {
      const bytes = this.#streams[stream].flush();
      const { time, next } = this.#last;
      const { offset, seq } = next;
      if (bytes.length > 0) yield { time, next: { offset, seq, ...this.#held() }, kind: 'output', stream, bytes };
    }
  }

  #held(): Pick<LogPlace, 'held'> {
    const [stdout, stderr] = [this.#streams.stdout.held, this.#streams.stderr.held];
    return stdout.length + stderr.length === 0 ? {} : { held: { stdout, stderr } };
  }
}

/** The EXIT record of a mirror, if it has come that far: the first one stands. */
export async function readExit(dir: string): Promise<ExitReport | undefined> {
  let exit: ExitReport | undefined;
  for await (const record of readLastSegment(dir)) if (record.type === 'EXIT') exit ??= parseExit(record.body);
  return exit;
}
