import { displayable, displayableLine, lastVersion, unfinishedEscapeAt } from '../../base/display.ts';
import { formatDuration } from '../../base/duration.ts';
import { type LinePart, LineSplitter } from '../../base/lines.ts';
import type { JobOutcome } from '../../domain/outcome.ts';
import { describeOutcome } from '../../domain/outcome.ts';
import type { RunStatus } from '../../domain/run.ts';
import type { RunEvent } from '../../domain/run-event.ts';
import { describeStatus } from '../describe.ts';
import { headingLine, type RunHeading, runTitle } from './run-heading.ts';

interface Row {
  readonly stdout: LineSplitter;
  readonly stderr: LineSplitter;
  runningSince?: number | undefined;
  took?: number | undefined;
  outcome?: JobOutcome;
}

export interface RunTextOptions {
  /** When the run began, for its heading. */
  readonly when: string;
  /** Only these servers; absent: all of the run. */
  readonly servers?: readonly string[];
  /** Without a clock nothing is said of durations. */
  readonly clock?: { now(): number };
}

/** Turns a run's events into plain text: every line with its server in front, then a table of how it ended. */
export class RunText {
  /** The line over a run's lines, also where they go on after another run's. */
  readonly heading: string;
  readonly #title: string;
  readonly #rows: ReadonlyMap<string, Row>;
  readonly #width: number;
  readonly #now: (() => number) | undefined;
  readonly #began: number | undefined;
  /** A long line that is half told: its next part gets no prefix, anything else first ends it. */
  #open: { readonly row: Row; readonly stream: 'stdout' | 'stderr' } | undefined;

  constructor(run: RunHeading, { when, servers, clock }: RunTextOptions) {
    const jobs = run.jobs.filter(({ server }) => servers?.includes(server.name) ?? true);
    const names = jobs.map(({ server }) => server.name);
    this.#title = runTitle(run);
    this.heading = headingLine({ ...run, jobs }, { when });
    this.#rows = new Map(names.map((name) => [name, { stdout: new LineSplitter(), stderr: new LineSplitter() }]));
    this.#width = Math.max(0, ...names.map(({ length }) => length));
    this.#now = clock?.now;
    this.#began = clock?.now();
  }

  /** The text that an event adds; often none. */
  add(event: RunEvent): string {
    const server = 'server' in event ? event.server : undefined;
    const row = server === undefined ? undefined : this.#rows.get(server);
    // Of a server that this text is not about.
    if (server !== undefined && !row) return '';
    switch (event.type) {
      case 'planned':
        return '';
      case 'phase':
        if (row && event.phase === 'running') row.runningSince ??= this.#now?.();
        return '';
      case 'output':
        return row ? this.#lines(event.server, row, event.stream, row[event.stream].push(event.text)) : '';
      case 'note':
        return this.remark(event.server, event.message);
      case 'settled':
        return row ? this.#settle(event.server, row, event.outcome) : '';
      case 'finished':
        return this.#summary(event.status);
      default:
        return event satisfies never;
    }
  }

  /** There are lines without an end that can be shown as they are, such as a question. */
  get hasParts(): boolean {
    return [...this.#rows.values()].some(({ stdout, stderr }) => isShowable(stdout.rest) || isShowable(stderr.rest));
  }

  /** The text of these lines; what comes next of a line goes on behind it. */
  parts(): string {
    let text = '';
    for (const [server, row] of this.#rows) {
      for (const stream of ['stdout', 'stderr'] as const) {
        if (isShowable(row[stream].rest)) text += this.#lines(server, row, stream, row[stream].part());
      }
    }
    return text;
  }

  /** A line of ours: about a server, or about the run. */
  remark(server: string | undefined, message: string): string {
    const prefix = server === undefined ? '' : this.#prefix(server);
    return `${this.#endOpenLine()}${prefix}· ${displayableLine(message)}\n`;
  }

  #lines(server: string, row: Row, stream: 'stdout' | 'stderr', parts: readonly LinePart[]): string {
    let text = '';
    for (const part of parts) {
      const isContinued = this.#open?.row === row && this.#open.stream === stream;
      if (!isContinued) text += this.#endOpenLine() + this.#prefix(server);
      text += displayable(lastVersion(part.text));
      this.#open = part.isEnd ? undefined : { row, stream };
      if (part.isEnd) text += '\n';
    }
    return text;
  }

  #endOpenLine(): string {
    const isOpen = this.#open !== undefined;
    this.#open = undefined;
    return isOpen ? '\n' : '';
  }

  #settle(server: string, row: Row, outcome: JobOutcome): string {
    row.outcome = outcome;
    row.took = this.#since(row.runningSince);
    const rest =
      this.#lines(server, row, 'stdout', row.stdout.flush()) + this.#lines(server, row, 'stderr', row.stderr.flush());
    return outcome.kind === 'succeeded' ? rest : rest + this.remark(server, describeOutcome(outcome));
  }

  #summary(status: RunStatus): string {
    const total = this.#since(this.#began);
    let text = `${this.#endOpenLine()}\n${this.#title} · ${describeStatus(status)}${total === undefined ? '' : ` · ${formatDuration(total)}`}\n`;
    for (const [server, { outcome, took }] of this.#rows) {
      const mark = outcome?.kind === 'succeeded' ? '✓' : outcome ? '✗' : '…';
      const time = took === undefined ? '' : `  ${formatDuration(took)}`;
      text += `${mark} ${displayable(server).padEnd(this.#width)}  ${displayableLine(describeOutcome(outcome))}${time}\n`;
    }
    return `${text}\n`;
  }

  #since(began: number | undefined): number | undefined {
    return this.#now === undefined || began === undefined ? undefined : this.#now() - began;
  }

  #prefix(server: string): string {
    return `${displayable(server).padEnd(this.#width)} │ `;
  }
}

/** A line that is written over (a progress bar) is shown when it ends, and an escape sequence when it is whole. */
function isShowable(rest: string): boolean {
  return rest !== '' && !rest.includes('\r') && unfinishedEscapeAt(rest) === rest.length;
}
