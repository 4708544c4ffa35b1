import { eventLoop } from '../base/loop-share.ts';
import { withSilence } from '../base/with-silence.ts';
import { CroniumError, sentence } from '../domain/errors.ts';
import type { OutputText } from '../domain/mask/output-text.ts';
import { type ExitReport, type JobOutcome, jobOutcome } from '../domain/outcome.ts';
import type { LogRecord, RecordType } from '../domain/record.ts';
import { placeBehind, type RecordPlace } from '../domain/script-value.ts';
import type { Attachment } from '../runner/attachment.ts';
import { type JobState, parseExit, parseGap, parseGapRange, parseNote, type Stray } from '../runner/message.ts';
import type { Session } from '../runner/session.ts';
import { type Applier, applierOf } from './apply.ts';
import { Holes } from './holes.ts';
import type { JobContext } from './job-context.ts';
import type { Mirror } from './mirror.ts';

/** What is acknowledged at the latest: by time and by size, so that the server may drop it. */
const ACK_EVERY_MS = 1_000;
const ACK_EVERY_BYTES = 8 * 1_048_576;

/**
 * How long a beginning that is too short to be taken for a secret's waits for the rest, as on the server: the last letter of a
 * question must be seen before it is answered.
 */
const HOLD_MS = 50;

/** What of a log was told before it is followed. */
export interface Told {
  /** Goes on where the telling has ended. */
  readonly text: OutputText;
  /** Everything in front of it was told; absent: what the mirror has when it is opened first. */
  readonly place?: RecordPlace;
}

/** Takes a job's log as it arrives: to the mirror first, then out as events. One for the whole life of a job, so no line is told twice. */
export class Follower {
  readonly #context: JobContext;
  readonly #text: OutputText;
  #mirror: Mirror | undefined;
  #exit: { readonly report: ExitReport; readonly offset: number } | undefined;
  /** Counted from the beginning: a script that ends within the time is acknowledged, and its log synced, once. */
  #ackedAt = performance.now();
  #acked = 0;
  #isSyncing = false;
  /** Everything before it was told: a mirror that had to be opened anew may have less, or more. */
  #told: RecordPlace | undefined;
  readonly #applier: Applier;
  readonly #holes = new Holes();

  constructor(context: JobContext, { text, place }: Told) {
    this.#context = context;
    this.#text = text;
    this.#told = place;
    this.#applier = applierOf(context);
  }

  /** Where the log is kept. What the first one has by now was told by others; a later one goes on for it. */
  set mirror(mirror: Mirror) {
    this.#told ??= { ...mirror.opened };
    if (this.#mirror === mirror) return;
    this.#mirror = mirror;
    this.#acked = mirror.end;
    this.#isSyncing = false;
  }

  /**
   * The job's outcome, as soon as all of its log is here. The runner's state runs ahead of the log, so it counts only when the
   * runner has sent everything and nothing of that is missing.
   */
  outcome(attachment: Attachment, state: JobState): JobOutcome | undefined {
    if (this.#hasExit) return jobOutcome(this.#exit?.report as ExitReport);
    const torn = this.unread(state);
    const isWhole = state.phase === 'lost' || torn === 0;
    return attachment.isComplete && isWhole ? outcomeOf(state, torn) : undefined;
  }

  /** How many bytes of the log there are on the server behind the last whole record that is here. */
  unread(state: JobState): number {
    return Math.max(0, state.end - (this.#mirror?.end ?? 0));
  }

  /**
   * Follows to the end of the log: its EXIT is here, or the runner has nothing more (`attachment.isComplete`), or somebody
   * detached, or `until` was reached. Throws when the session goes away.
   */
  async follow(session: Session, attachment: Attachment, options: { readonly until?: number } = {}): Promise<void> {
    const mirror = this.#kept;
    await this.#applier.catchUp(mirror);
    await this.#tellKept(mirror);
    const silence = { ms: HOLD_MS, isWanted: () => this.#text.hesitating.length > 0 };
    for await (const piece of withSilence(attachment, silence)) {
      if (!piece) {
        for (const stream of this.#text.hesitating) await this.#say(stream, this.#text.release(stream));
        continue;
      }
      const records = mirror.write(piece.offset, piece.bytes);
      // Before they are told: a script that asks waits for what it has set, not for whoever reads its output.
      await this.#applier.take(records);
      for (const record of records) {
        await this.#tellOnce(record);
        // It is always the last one: whatever a server says behind it is not the script's.
        if (this.#exit) break;
      }
      // The server has its own end still to write down, and nobody here has to wait for that.
      if (this.#hasExit) {
        attachment.finish();
        break;
      }
      // The records in front of a bad one were told; nothing after it can be.
      if (mirror.problem) throw mirror.problem;
      this.#acknowledge(session);
      if (options.until !== undefined && mirror.end >= options.until) break;
    }
    await mirror.sync();
    await eventLoop.turn();
    session.ack(this.#context.job.id, mirror.end);
    if (!this.#hasExit && !attachment.isComplete) return;
    await this.#endText();
    const lost = this.#holes.take();
    if (lost > 0)
      await this.#note(`${lost} bytes of the log are missing: the server sent what stands behind them and not them`);
  }

  /** The end of the log was told, and it is kept. */
  get #hasExit(): boolean {
    return this.#exit !== undefined && this.#kept.end > this.#exit.offset;
  }

  /** What the disk had room for, when it had none for all of a piece, is in the mirror and was not told. */
  async #tellKept(mirror: Mirror): Promise<void> {
    const { end } = mirror;
    if (!this.#told || this.#told.offset >= end) return;
    for await (const record of mirror.read(this.#told)) {
      if (record.offset >= end) return;
      await this.#tellOnce(record);
    }
  }

  async #tellOnce(record: LogRecord): Promise<void> {
    if (this.#told && record.offset < this.#told.offset) return;
    if (this.#told) this.#holes.leave(this.#told.offset, record.offset);
    if (record.type === 'GAP') {
      const { from, to } = readable(() => parseGapRange(record.body));
      this.#holes.explain(from, to);
    }
    await this.#tell(record);
    this.#told = placeBehind(record);
  }

  get #kept(): Mirror {
    if (!this.#mirror) throw new Error('The follower has no mirror');
    return this.#mirror;
  }

  /** Synced first: what is acknowledged may be gone on the server. The log flows on meanwhile. */
  #acknowledge(session: Session): void {
    const mirror = this.#kept;
    const { id } = this.#context.job;
    const now = performance.now();
    const offset = mirror.end;
    const isDue = now - this.#ackedAt >= ACK_EVERY_MS || offset - this.#acked >= ACK_EVERY_BYTES;
    if (!isDue || this.#isSyncing) return;
    this.#ackedAt = now;
    this.#acked = offset;
    this.#isSyncing = true;
    mirror
      .sync()
      .then(() => session.ack(id, offset, 'soon'))
      // The mirror keeps its failure; the next write or the last sync tells it.
      .catch(() => {})
      .finally(() => {
        this.#isSyncing = false;
      });
  }

  async #tell(record: LogRecord): Promise<void> {
    switch (record.type) {
      case 'OUT':
        return await this.#output('stdout', record.body);
      case 'ERR':
        return await this.#output('stderr', record.body);
      case 'NOTE':
      case 'GAP':
        return await this.#note(noteOf(record.type, record.body) ?? '');
      case 'EXIT':
        this.#exit = { report: readable(() => parseExit(record.body)), offset: record.offset };
        return;
      case 'START':
      case 'OUTPUT':
      case 'VARIABLE':
        return;
      default:
        return record.type satisfies never;
    }
  }

  #output(stream: 'stdout' | 'stderr', body: Uint8Array): Promise<void> {
    return this.#say(stream, this.#text.decode(stream, body));
  }

  async #endText(): Promise<void> {
    for (const stream of ['stdout', 'stderr'] as const) await this.#say(stream, this.#text.end(stream));
  }

  async #say(stream: 'stdout' | 'stderr', text: string): Promise<void> {
    const server = this.#context.job.server.name;
    if (text !== '') await this.#context.emit({ type: 'output', server, stream, text });
  }

  #note(message: string): Promise<void> {
    return this.#context.note(message);
  }
}

/** The sentence of a record that is for people; `undefined` for others. */
export function noteOf(type: RecordType, body: Uint8Array): string | undefined {
  if (type === 'NOTE') return readable(() => parseNote(body).message);
  if (type === 'GAP') return readable(() => parseGap(body));
  return undefined;
}

/** A whole record that says nothing readable is damage of the log, whatever is wrong with its text. */
function readable<T>(parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    throw new CroniumError('record/body', `Cannot read a record of the log: ${sentence(cause)}`, { cause });
  }
}

/** The outcome of a job that is over by the runner's word; `undefined` while it goes on. `torn` bytes are no whole record. */
export function outcomeOf(state: JobState, torn = 0): JobOutcome | undefined {
  if (state.exit) return jobOutcome(state.exit);
  if (state.phase !== 'lost') return undefined;
  const cut = torn === 0 ? '' : `, with a torn record of ${torn} bytes`;
  const { reason = 'runner ended unexpectedly', strays = [] } = state;
  return { kind: 'lost', message: `${reason}; the log ends there${cut}${describeStrays(strays)}` };
}

/** Who goes on without anybody who watches, as the end of a sentence. */
function describeStrays(strays: readonly Stray[]): string {
  if (strays.length === 0) return '';
  const names = strays.map(({ pid, name }) => `${name} (${pid})`).join(', ');
  return `; what the script has started goes on there: ${names}. A cancel ends it`;
}
