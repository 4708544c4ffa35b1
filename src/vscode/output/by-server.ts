import type { LogEntry, LogPlace } from '../../app/cronium.ts';
import { StreamText } from '../../base/stream-text.ts';
import { sentence } from '../../domain/errors.ts';
import { describeOutcome } from '../../domain/outcome.ts';
import type { RunEvent } from '../../domain/run-event.ts';
import type { RunLines } from './event-channel.ts';

/** What happens on one server and is shown among its lines. */
type ServerEvent = Extract<RunEvent, { type: 'output' | 'note' | 'settled' }> & { readonly server: string };

export interface ByServerOptions {
  /** What the log has of a server by now, from its beginning or from a place on; all that was told is in it. */
  readLog(server: string, from?: LogPlace): AsyncIterable<LogEntry>;
  /** Reading back waits for room, so that no line has to be left out. */
  readonly isPatient: boolean;
}

/** Output that waits for its server's turn, of all servers together. What is more is read from the log when its turn comes. */
const MAX_HELD_CHARACTERS = 1024 * 1024;

/** Notes that wait with it, of one server. */
const MAX_HELD_NOTES = 100;

interface Part {
  readonly server: string;
  /** All output that came while it waited, in characters. */
  readonly told: { stdout: number; stderr: number };
  /** What waits, in order. */
  held: ServerEvent[];
  notes: number;
  /** Output is missing in `held` that was told before it. */
  isCut: boolean;
  isSettled: boolean;
}

/**
 * Shows the lines of each server together. One server is live: the first that has something to say. When it has ended, those
 * follow that have ended meanwhile, in this order, and then another one that goes on. A failure is told at once.
 */
export class ByServer {
  readonly #lines: RunLines;
  readonly #options: ByServerOptions;
  /** The servers whose turn has not come, in the order of the run. */
  readonly #waiting: Map<string, Part>;
  /** Those of them that have ended, in the order in which they did. */
  readonly #ended: Part[] = [];
  #heldCharacters = 0;
  #live: Part | undefined;
  /** The live one's log is read up to where it came to its turn. */
  #isReading = false;
  #hasShown = false;
  #finish: RunEvent | undefined;

  constructor(servers: readonly string[], lines: RunLines, options: ByServerOptions) {
    this.#lines = lines;
    this.#options = options;
    this.#waiting = new Map(servers.map((server) => [server, newPart(server)]));
  }

  show(event: RunEvent): void {
    if (event.type === 'finished') {
      this.#finish = event;
      if (!this.#isReading) this.#next();
    } else if (event.type === 'planned' || event.type === 'phase' || event.server === undefined) {
      this.#lines.write(event);
    } else this.#showOf({ ...event, server: event.server });
  }

  #showOf(event: ServerEvent): void {
    const part = this.#live?.server === event.server ? this.#live : this.#waiting.get(event.server);
    // Shown to its end already, or not of those that are shown.
    if (!part) return;
    if (!this.#live) this.#begin(part);
    if (part !== this.#live || this.#isReading) return this.#hold(part, event);
    this.#lines.write(event);
    if (event.type === 'settled') this.#next();
  }

  #hold(part: Part, event: ServerEvent): void {
    switch (event.type) {
      case 'output':
        part.told[event.stream] += event.text.length;
        if (part.isCut) return;
        part.held.push(event);
        this.#heldCharacters += event.text.length;
        if (this.#heldCharacters > MAX_HELD_CHARACTERS) this.#cut(part);
        return;
      case 'note':
        part.notes += 1;
        if (part.notes <= MAX_HELD_NOTES) part.held.push(event);
        return;
      case 'settled':
        part.held.push(event);
        part.isSettled = true;
        if (part === this.#live) return;
        this.#ended.push(part);
        if (event.outcome.kind !== 'succeeded') {
          this.#lines.say(part.server, `${describeOutcome(event.outcome)}; its lines follow`);
        }
        return;
      default:
        return event satisfies never;
    }
  }

  #cut(part: Part): void {
    part.isCut = true;
    part.held = part.held.filter((event) => {
      if (event.type === 'output') this.#heldCharacters -= event.text.length;
      return event.type !== 'output';
    });
  }

  #begin(part: Part): void {
    this.#waiting.delete(part.server);
    this.#live = part;
    if (this.#hasShown) this.#lines.separate();
    this.#hasShown = true;
    if (!part.isCut) return this.#release(part);
    this.#isReading = true;
    void this.#readBack(part).then(() => {
      this.#isReading = false;
      this.#release(part);
    });
  }

  /** Shows what has waited; from here on, its lines come as they come. */
  #release(part: Part): void {
    for (const event of part.held) {
      if (event.type === 'output') this.#heldCharacters -= event.text.length;
      this.#lines.write(event);
    }
    part.held = [];
    if (part.isSettled || this.#finish) this.#next();
  }

  #next(): void {
    this.#live = undefined;
    const part = this.#ended.shift() ?? [...this.#waiting.values()].find(({ held, isCut }) => isCut || held.length > 0);
    if (part) return this.#begin(part);
    if (this.#finish) this.#lines.write(this.#finish);
    this.#finish = undefined;
  }

  /** Reads the output that was told and not kept, until nothing is missing before what is held. Never throws. */
  async #readBack(part: Part): Promise<void> {
    const text = new StreamText();
    const read = { stdout: 0, stderr: 0 };
    let place: LogPlace | undefined;
    try {
      while (part.isCut && !this.#lines.closed.aborted) {
        // What comes from now on is held behind this.
        const until = { ...part.told };
        part.isCut = false;
        for await (const entry of this.#options.readLog(part.server, place)) {
          if (read.stdout >= until.stdout && read.stderr >= until.stderr) break;
          place = entry.next;
          if (entry.kind === 'note') continue;
          const { stream } = entry;
          const piece = text.decode(stream, entry.bytes);
          read[stream] += piece.length;
          this.#lines.write({ type: 'output', server: part.server, stream, text: piece });
          if (this.#options.isPatient) await this.#lines.room();
          if (this.#lines.closed.aborted) return;
        }
      }
    } catch (error) {
      this.#lines.say(part.server, `Cannot read its log: ${sentence(error)}`);
    }
  }
}

function newPart(server: string): Part {
  return { server, told: { stdout: 0, stderr: 0 }, held: [], notes: 0, isCut: false, isSettled: false };
}
