import type { LogEntry } from '../../app/cronium.ts';
import { LogLines } from './log-lines.ts';
import { SizedQueue } from './sized-queue.ts';
import { type StyledText, StyledTextBuilder } from './styled-text.ts';

/** Lines that were read together. */
export interface Piece extends StyledText {
  readonly lineCount: number;
  /** How much of the log it stands for. */
  readonly bytes: number;
}

/** Lines are kept in pieces of about this size: few, and dropping one loses little. */
const PIECE_CHARACTERS = 32 * 1024;

const NEWLINE = 0x0a;

/**
 * The end of a log: at most so many characters, from the beginning of a line on. Adding is cheap, whatever comes: entries are
 * read when somebody looks, and only those that are still to be seen then.
 */
export class LogTail {
  readonly #added = new SizedQueue<LogEntry>();
  readonly #pieces = new SizedQueue<Piece>();
  #lines = new LogLines();
  #limit: number;
  #above = 0;
  /** Bytes that were read and are in no piece yet: of a line that has not ended. */
  #unkept = 0;
  #hasRead = false;
  /** Streams that go on with the rest of a line whose beginning is not kept. */
  readonly #torn = new Set<'stdout' | 'stderr'>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Bytes of the log above what is kept. */
  get above(): number {
    return this.#above;
  }

  /** Characters, as far as they were read. */
  get length(): number {
    return this.#pieces.size;
  }

  get pieces(): Iterable<Piece> {
    return this.#pieces;
  }

  /** The lines that have not ended yet. */
  get open(): Omit<Piece, 'bytes'> {
    const lines = new StyledTextBuilder();
    this.#lines.peek(lines);
    return lines;
  }

  add(entry: LogEntry): void {
    this.#added.push(entry, entry.kind === 'output' ? entry.bytes.length : entry.message.length);
    if (this.#added.size > this.#limit) this.#dropAdded();
  }

  /** Reads what was added since the last time. Says whether there is something else to be seen now. */
  read(): boolean {
    const isNews = this.#added.count > 0;
    this.#hasRead ||= isNews;
    let piece = new StyledTextBuilder();
    const keep = (): void => {
      const { text, spans, lineCount } = piece;
      if (text === '') return;
      this.#pieces.push({ text, spans, lineCount, bytes: this.#unkept }, text.length);
      this.#unkept = 0;
      piece = new StyledTextBuilder();
    };
    for (let entry = this.#added.shift(); entry; entry = this.#added.shift()) {
      const whole = this.#mend(entry);
      if (!whole) continue;
      this.#lines.add(whole, piece);
      if (whole.kind === 'output') this.#unkept += whole.bytes.length;
      if (piece.text.length >= PIECE_CHARACTERS) keep();
    }
    keep();
    this.limit(this.#limit);
    return isNews;
  }

  /** Keeps no more than this from now on. */
  limit(characters: number): void {
    this.#limit = characters;
    while (this.#pieces.size > characters && this.#pieces.count > 1) this.#above += this.#pieces.shift()?.bytes ?? 0;
    if (this.#pieces.size <= characters) return;
    const last = this.#pieces.shift();
    if (!last) return;
    const rest = cut(last, characters);
    this.#above += last.bytes - rest.bytes;
    this.#pieces.push(rest, rest.text.length);
  }

  /** Drops what was added first and is too much; what was read before it is further up and goes first. */
  #dropAdded(): void {
    if (this.#hasRead) this.#dropRead();
    while (this.#added.size > this.#limit && this.#added.count > 1) {
      const entry = this.#added.shift();
      if (entry?.kind !== 'output') continue;
      this.#above += entry.bytes.length;
      if (entry.bytes.at(-1) === NEWLINE) this.#torn.delete(entry.stream);
      else this.#torn.add(entry.stream);
    }
  }

  #dropRead(): void {
    for (const stream of this.#lines.open) this.#torn.add(stream);
    for (const { bytes } of this.#pieces) this.#above += bytes;
    this.#above += this.#unkept;
    this.#unkept = 0;
    this.#pieces.clear();
    this.#lines = new LogLines();
    this.#hasRead = false;
  }

  /** The entry without the rest of a line whose beginning is not kept. */
  #mend(entry: LogEntry): LogEntry | undefined {
    if (entry.kind !== 'output' || !this.#torn.has(entry.stream)) return entry;
    const end = entry.bytes.indexOf(NEWLINE);
    if (end === -1) {
      this.#above += entry.bytes.length;
      return undefined;
    }
    this.#above += end + 1;
    this.#torn.delete(entry.stream);
    return { ...entry, bytes: entry.bytes.subarray(end + 1) };
  }
}

/** The end of a piece, from the beginning of a line; from within when its last line alone is too long. */
function cut(piece: Piece, characters: number): Piece {
  const from = piece.text.length - characters;
  const line = piece.text.indexOf('\n', Math.max(0, from - 1)) + 1;
  const at = line === 0 || line === piece.text.length ? from : line;
  const text = piece.text.slice(at);
  const spans = piece.spans
    .filter(({ end }) => end > at)
    .map(({ start, end, style }) => ({ start: Math.max(0, start - at), end: end - at, style }));
  return { text, spans, lineCount: countLines(text), bytes: Math.min(piece.bytes, Buffer.byteLength(text)) };
}

function countLines(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}
