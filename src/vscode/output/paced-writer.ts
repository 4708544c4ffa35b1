/** How fast a channel takes text while the editor stays live, and what waits meanwhile. */
export interface Pace {
  readonly flushEveryMs: number;
  /** What is appended at a time. */
  readonly maxFlushCharacters: number;
  /** A burst up to here is shown whole, if late. */
  readonly maxWaitingCharacters: number;
  /** What is kept of a burst that is longer: its newest lines. */
  readonly keptCharacters: number;
  /** What the channel holds before its beginning is cleared; absent: it forgets by itself. */
  readonly maxChannelCharacters?: number;
}

/** About 500 KiB a second, two frames of a screen at a time: more than anybody reads, and typed keys show at once. */
export const TERMINAL_PACE: Pace = {
  flushEveryMs: 33,
  maxFlushCharacters: 16 * 1024,
  maxWaitingCharacters: 1024 * 1024,
  keptCharacters: 256 * 1024,
};

/** Output channels keep all: their beginning is cleared far below what makes the editor's view slow. */
const CHANNEL_PACE: Pace = { ...TERMINAL_PACE, maxChannelCharacters: 8 * 1024 * 1024 };

/** Lines are left out by pieces of about this size. */
const PIECE_CHARACTERS = 4 * 1024;

const CLEARED = '… earlier lines were cleared here to keep the editor fast; the logs of the runs have them\n';

export interface PacedChannel {
  append(text: string): void;
  clear(): void;
}

interface Piece {
  readonly text: string;
  /** May be left out when there is too much. */
  readonly isOutput: boolean;
}

/**
 * Writes to a channel at a rate at which the editor stays live, and never makes who writes wait: of output that comes faster for
 * long, lines are left out, and said so. Remarks are never left out.
 */
export class PacedWriter implements Disposable {
  readonly #channel: PacedChannel;
  readonly #pace: Pace;
  #waiting: Piece[] = [];
  #outputCharacters = 0;
  #linesLeftOut = 0;
  #channelCharacters = 0;
  #timer: NodeJS.Timeout | undefined;
  #room: PromiseWithResolvers<void> | undefined;
  #drained: PromiseWithResolvers<void> | undefined;

  constructor(channel: PacedChannel, pace: Pace = CHANNEL_PACE) {
    this.#channel = channel;
    this.#pace = pace;
  }

  output(text: string): void {
    for (const piece of cut(text)) this.#waiting.push({ text: piece, isOutput: true });
    this.#outputCharacters += text.length;
    if (this.#outputCharacters > this.#pace.maxWaitingCharacters) this.#leaveOut();
    this.#schedule();
  }

  remark(text: string): void {
    if (text === '') return;
    this.#waiting.push({ text, isOutput: false });
    this.#schedule();
  }

  /** Resolves when little waits: for who can wait and wants every line shown. */
  async room(): Promise<void> {
    if (this.#outputCharacters <= this.#pace.keptCharacters) return;
    this.#room ??= Promise.withResolvers();
    await this.#room.promise;
  }

  /** Resolves when nothing waits any more: for who ends what the channel belongs to. */
  async drained(): Promise<void> {
    if (this.#waiting.length === 0) return;
    this.#drained ??= Promise.withResolvers();
    await this.#drained.promise;
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#append(this.#take(Number.POSITIVE_INFINITY));
  }

  #schedule(): void {
    if (this.#waiting.length === 0) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#append(this.#take(this.#pace.maxFlushCharacters));
      this.#schedule();
    }, this.#pace.flushEveryMs);
  }

  /** Leaves the oldest output out; remarks keep their order. */
  #leaveOut(): void {
    this.#waiting = this.#waiting.filter((piece) => {
      if (!piece.isOutput || this.#outputCharacters <= this.#pace.keptCharacters) return true;
      this.#outputCharacters -= piece.text.length;
      this.#linesLeftOut += piece.text.split('\n').length - 1;
      return false;
    });
  }

  /** The next pieces, with a word on what was left out before them. */
  #take(maxCharacters: number): string {
    let text = '';
    if (this.#linesLeftOut > 0) {
      text = `… ${this.#linesLeftOut.toLocaleString('en')} lines left out here to keep the editor fast; the log has them\n`;
      this.#linesLeftOut = 0;
    }
    let count = 0;
    for (const piece of this.#waiting) {
      if (text.length >= maxCharacters) break;
      text += piece.text;
      if (piece.isOutput) this.#outputCharacters -= piece.text.length;
      count += 1;
    }
    this.#waiting.splice(0, count);
    if (this.#outputCharacters <= this.#pace.keptCharacters) {
      this.#room?.resolve();
      this.#room = undefined;
    }
    return text;
  }

  #append(text: string): void {
    if (text === '') return;
    if (this.#channelCharacters + text.length > (this.#pace.maxChannelCharacters ?? Number.POSITIVE_INFINITY)) {
      this.#channel.clear();
      this.#channel.append(CLEARED);
      this.#channelCharacters = 0;
    }
    this.#channel.append(text);
    this.#channelCharacters += text.length;
    if (this.#waiting.length > 0) return;
    this.#drained?.resolve();
    this.#drained = undefined;
  }
}

/** Cuts a text at line ends into pieces of a bounded size; a longer line is a piece. */
function* cut(text: string): Generator<string> {
  for (let from = 0; from < text.length; ) {
    const end = text.length - from <= PIECE_CHARACTERS ? -1 : text.indexOf('\n', from + PIECE_CHARACTERS);
    const next = end === -1 ? text.length : end + 1;
    yield text.slice(from, next);
    from = next;
  }
}
