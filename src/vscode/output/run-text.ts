import { displayable } from '../../base/display.ts';
import { formatDuration } from '../../base/duration.ts';
import { type LinePart, LineSplitter } from '../../base/lines.ts';
import { shortId } from '../../domain/id.ts';
import type { JobOutcome } from '../../domain/outcome.ts';
import { describeOutcome } from '../../domain/outcome.ts';
import type { RunStatus } from '../../domain/run.ts';
import type { RunEvent } from '../../domain/run-event.ts';
import { describeStatus } from '../describe.ts';

interface Row {
  readonly stdout: LineSplitter;
  readonly stderr: LineSplitter;
  /** A line of this stream is half told: its next part gets no prefix. */
  openPart?: 'stdout' | 'stderr';
  runningSince?: number | undefined;
  took?: number | undefined;
  outcome?: JobOutcome;
}

/** What a run is called in its text. */
export interface RunHeading {
  readonly run: string;
  readonly event: string;
  readonly servers: readonly string[];
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

  /** Without a clock nothing is said of durations. */
  constructor({ run, event, servers }: RunHeading, clock?: { now(): number }) {
    this.#title = `${displayable(event)} · run ${shortId(run)}`;
    this.heading = `── ${this.#title} · ${displayable(servers.join(', '))} ──\n`;
    this.#rows = new Map(servers.map((name) => [name, { stdout: new LineSplitter(), stderr: new LineSplitter() }]));
    this.#width = Math.max(0, ...servers.map(({ length }) => length));
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
        return this.#remark(event.server, event.message);
      case 'settled':
        return row ? this.#settle(event.server, row, event.outcome) : '';
      case 'finished':
        return this.#summary(event.status);
      default:
        return event satisfies never;
    }
  }

  #lines(server: string, row: Row, stream: 'stdout' | 'stderr', parts: readonly LinePart[]): string {
    let text = '';
    for (const part of parts) {
      const isContinued = row.openPart === stream;
      if (row.openPart && !isContinued) text += '\n';
      if (!isContinued) text += this.#prefix(server);
      text += lastVersion(part.text);
      if (part.isEnd) {
        text += '\n';
        delete row.openPart;
      } else row.openPart = stream;
    }
    return text;
  }

  #settle(server: string, row: Row, outcome: JobOutcome): string {
    row.outcome = outcome;
    row.took = this.#since(row.runningSince);
    const rest =
      this.#lines(server, row, 'stdout', row.stdout.flush()) + this.#lines(server, row, 'stderr', row.stderr.flush());
    return outcome.kind === 'succeeded' ? rest : rest + this.#remark(server, describeOutcome(outcome));
  }

  #summary(status: RunStatus): string {
    const total = this.#since(this.#began);
    let text = `\n${this.#title} · ${describeStatus(status)}${total === undefined ? '' : ` · ${formatDuration(total)}`}\n`;
    for (const [server, { outcome, took }] of this.#rows) {
      const mark = outcome?.kind === 'succeeded' ? '✓' : outcome ? '✗' : '…';
      const time = took === undefined ? '' : `  ${formatDuration(took)}`;
      text += `  ${mark} ${displayable(server).padEnd(this.#width)}  ${displayable(describeOutcome(outcome))}${time}\n`;
    }
    return `${text}\n`;
  }

  #since(began: number | undefined): number | undefined {
    return this.#now === undefined || began === undefined ? undefined : this.#now() - began;
  }

  #remark(server: string | undefined, message: string): string {
    const row = server === undefined ? undefined : this.#rows.get(server);
    const isOpen = row?.openPart !== undefined;
    if (row) delete row.openPart;
    const prefix = server === undefined ? '' : this.#prefix(server);
    return `${isOpen ? '\n' : ''}${prefix}· ${displayable(message)}\n`;
  }

  #prefix(server: string): string {
    return `${displayable(server).padEnd(this.#width)} │ `;
  }
}

/** What a terminal would show of the line: after a carriage return only its last version. */
function lastVersion(line: string): string {
  return displayable(line.includes('\r') ? line.slice(line.lastIndexOf('\r') + 1) : line);
}
