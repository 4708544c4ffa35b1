import type { LogEntry } from '../../app/cronium.ts';
import { displayable } from '../../base/display.ts';
import { LineSplitter } from '../../base/lines.ts';
import { StreamText } from '../../base/stream-text.ts';
import { AnsiReader } from './ansi.ts';
import type { StyledTextBuilder } from './styled-text.ts';

/** Lines of ours among those of a script. */
const REMARK_STYLE = '//d';

const STREAMS = ['stdout', 'stderr'] as const;

/**
 * Turns the entries of a log into whole lines, in the order in which they end: no line holds parts of both streams. A line that
 * is longer than any that a person reads is broken.
 */
export class LogLines {
  readonly #text = new StreamText();
  readonly #streams = { stdout: newStream(), stderr: newStream() };

  /** The streams whose last line has not ended yet. */
  get open(): readonly ('stdout' | 'stderr')[] {
    return STREAMS.filter((stream) => this.#streams[stream].lines.rest !== '');
  }

  /** Writes the lines that end with this entry. */
  add(entry: LogEntry, into: StyledTextBuilder): void {
    if (entry.kind === 'note') {
      into.add(`· ${displayable(entry.message).replace(/\s+/g, ' ')}`, REMARK_STYLE);
      return into.endLine();
    }
    const { lines, ansi } = this.#streams[entry.stream];
    for (const { text } of lines.push(this.#text.decode(entry.stream, entry.bytes))) {
      ansi.read(text, into);
      into.endLine();
    }
  }

  /** Writes the lines that have not ended yet, as far as they have come. */
  peek(into: StyledTextBuilder): void {
    for (const stream of this.open) {
      const { lines, ansi } = this.#streams[stream];
      ansi.preview(lines.rest, into);
      into.endLine();
    }
  }

  /** Writes the lines that have no end, when nothing more comes. */
  end(into: StyledTextBuilder): void {
    for (const stream of STREAMS) {
      const { lines, ansi } = this.#streams[stream];
      for (const { text } of [...lines.push(this.#text.end(stream)), ...lines.flush()]) {
        ansi.read(text, into);
        into.endLine();
      }
    }
  }
}

function newStream(): { readonly lines: LineSplitter; readonly ansi: AnsiReader } {
  return { lines: new LineSplitter(), ansi: new AnsiReader() };
}
