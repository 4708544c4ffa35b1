import { displayable, displayableLine, displayableWithColours, lastVersion } from '../../base/display.ts';
import { type LinePart, LineSplitter } from '../../base/lines.ts';
import { describeOutcome } from '../../domain/outcome.ts';
import type { RunEvent } from '../../domain/run-event.ts';
import { describeStatus } from '../describe.ts';
import { headingLine, type RunHeading, runTitle } from '../output/run-heading.ts';
import { TerminalFilter } from './terminal-filter.ts';

interface Row {
  readonly prefix: string;
  readonly stdout: Stream;
  readonly stderr: Stream;
}

interface Stream {
  readonly filter: TerminalFilter;
  readonly lines: LineSplitter;
}

/** Colours of the servers' names, in turn: those that are readable in light and dark themes. */
const COLOURS = [36, 33, 35, 32, 34];

/**
 * What a run writes to a terminal. The output of one server as it comes; that of several by lines, each with its server in
 * front.
 */
export class TerminalText {
  /** What the run is, before its first line. */
  readonly heading: string;
  readonly #title: string;
  readonly #rows: ReadonlyMap<string, Row>;
  readonly #isAlone: boolean;
  /** The last character that was written: our own lines begin at the beginning of one. */
  #last = '\n';

  constructor(run: RunHeading) {
    this.heading = faint(headingLine(run).trimEnd());
    this.#title = runTitle(run);
    const names = run.jobs.map(({ server }) => server.name);
    const width = Math.max(0, ...names.map((name) => displayable(name).length));
    this.#isAlone = names.length === 1;
    this.#rows = new Map(
      names.map((name, at) => {
        const prefix = `\x1b[${COLOURS[at % COLOURS.length]}m${displayable(name).padEnd(width)}\x1b[0m │ `;
        return [name, { prefix, stdout: newStream(), stderr: newStream() }];
      }),
    );
  }

  /** The text that an event adds; often none. Lines end with `\n`. */
  add(event: RunEvent): string {
    const text = this.#textOf(event);
    if (text !== '') this.#last = text.slice(-1);
    return text;
  }

  /** A line of ours, from the beginning of a line on. */
  remark(message: string, server?: string): string {
    const row = server === undefined ? undefined : this.#rows.get(server);
    const text = `${this.#last === '\n' ? '' : '\n'}${row && !this.#isAlone ? row.prefix : ''}${plainRemark(message)}`;
    this.#last = '\n';
    return text;
  }

  #textOf(event: RunEvent): string {
    switch (event.type) {
      case 'planned':
      case 'phase':
        return '';
      case 'output': {
        const stream = this.#rows.get(event.server)?.[event.stream];
        return stream ? this.#output(event.server, stream, event.text) : '';
      }
      case 'note':
        return this.remark(event.message, event.server);
      case 'settled': {
        const rest = this.#flush(event.server);
        if (rest !== '') this.#last = rest.slice(-1);
        if (event.outcome.kind === 'succeeded') return rest;
        return rest + this.remark(describeOutcome(event.outcome), event.server);
      }
      case 'finished':
        return this.remark(`${this.#title} · ${describeStatus(event.status)}`);
      default:
        return event satisfies never;
    }
  }

  #output(server: string, { filter, lines }: Stream, text: string): string {
    if (this.#isAlone) return filter.filter(text);
    return this.#lines(server, lines.push(text));
  }

  #flush(server: string): string {
    const row = this.#rows.get(server);
    if (!row || this.#isAlone) return '';
    return this.#lines(server, [...row.stdout.lines.flush(), ...row.stderr.lines.flush()]);
  }

  #lines(server: string, parts: readonly LinePart[]): string {
    const prefix = this.#rows.get(server)?.prefix ?? '';
    return parts.map(({ text }) => `${prefix}${displayableWithColours(lastVersion(text))}\n`).join('');
  }
}

function newStream(): Stream {
  return { filter: new TerminalFilter(), lines: new LineSplitter() };
}

/** A line of ours, when nothing was written before. */
export function plainRemark(message: string): string {
  return faint(`· ${displayableLine(message)}`);
}

function faint(text: string): string {
  return `\x1b[2m${text}\x1b[0m\n`;
}
