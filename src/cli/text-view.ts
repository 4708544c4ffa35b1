import { displayable, displayableLine, displayableWithColours, isPlain, lastVersion } from '../base/display.ts';
import { formatDuration } from '../base/duration.ts';
import { type LinePart, LineSplitter } from '../base/lines.ts';
import { shortId } from '../domain/id.ts';
import { describeOutcome, type JobOutcome } from '../domain/outcome.ts';
import { type RunStatus, runStatus } from '../domain/run.ts';
import type { RunEvent } from '../domain/run-event.ts';
import type { Output } from './output.ts';
import type { Palette } from './palette.ts';
import type { StatusLine } from './status-line.ts';

export interface TextViewDeps {
  /** The scripts' standard output. */
  readonly out: Output;
  /** The scripts' standard error, and what we have to say. */
  readonly err: Output;
  readonly palette: Palette;
  readonly status: StatusLine;
  readonly isVerbose: boolean;
  now(): number;
}

interface Row {
  readonly index: number;
  readonly stdout: LineSplitter;
  readonly stderr: LineSplitter;
  phase: string;
  phaseSince: number;
  /** How long each phase took that is over, in order, in milliseconds. */
  readonly took: Map<string, number>;
  outcome?: JobOutcome;
}

/** Shows a run to a person: every line with its server in front, then a table of how it ended. */
export class TextView {
  readonly #deps: TextViewDeps;
  readonly #rows = new Map<string, Row>();
  /** A long line that is half told: its next part gets no prefix, anything else first ends it. */
  #open: { readonly server: string; readonly stream: 'stdout' | 'stderr' } | undefined;
  #width = 0;
  #title = '';
  #began: number;

  constructor(deps: TextViewDeps) {
    this.#deps = deps;
    this.#began = deps.now();
  }

  /** Names the servers whose lines will come, so that their prefixes are aligned from the first line. */
  expect(servers: readonly string[], title: string): void {
    this.#title = displayableLine(title);
    this.#width = Math.max(...servers.map((server) => server.length));
    for (const [index, server] of servers.entries()) {
      this.#rows.set(server, {
        index,
        stdout: new LineSplitter(),
        stderr: new LineSplitter(),
        phase: 'queued',
        phaseSince: this.#deps.now(),
        took: new Map(),
      });
    }
  }

  async show(event: RunEvent): Promise<void> {
    switch (event.type) {
      case 'planned':
        return this.expect(event.servers, `${event.event} · run ${shortId(event.run)}`);
      case 'phase':
        return await this.#showPhase(event);
      case 'output':
        return await this.#showOutput(event.server, event.stream, event.text);
      case 'note':
        return await this.#say(event.server, event.message);
      case 'settled':
        return await this.#showSettled(event.server, event.outcome);
      case 'finished':
        return await this.#showSummary(event.run, event.status);
      default:
        return event satisfies never;
    }
  }

  async #showPhase(event: Extract<RunEvent, { type: 'phase' }>): Promise<void> {
    const row = this.#rows.get(event.server);
    if (!row) return;
    const { phase, progress } = event;
    const isNew = row.phase.split(' ')[0] !== phase;
    if (isNew) this.#leavePhase(row);
    row.phase =
      progress && progress.total > 0 ? `${phase} ${Math.floor((100 * progress.done) / progress.total)} %` : phase;
    if (this.#deps.isVerbose && isNew) await this.#say(event.server, phase);
    this.#drawStatus();
  }

  #leavePhase(row: Row): void {
    const [name = ''] = row.phase.split(' ');
    const now = this.#deps.now();
    if (name !== 'queued') row.took.set(name, (row.took.get(name) ?? 0) + now - row.phaseSince);
    row.phaseSince = now;
  }

  async #showOutput(server: string, stream: 'stdout' | 'stderr', text: string): Promise<void> {
    const row = this.#rows.get(server);
    if (!row) return;
    const lines = row[stream];
    // Most output is plain: a million lines must not become a million strings.
    const whole = isPlain(lines.rest) && isPlain(text) ? lines.pushLines(text) : undefined;
    if (whole === undefined) return await this.#write(server, row, stream, lines.push(text));
    if (whole !== '') await this.#writeLines(server, row, stream, whole);
  }

  /** Plain lines with their ends. */
  async #writeLines(server: string, row: Row, stream: 'stdout' | 'stderr', lines: string): Promise<void> {
    const isContinued = this.#open?.server === server && this.#open.stream === stream;
    if (!isContinued) await this.#endOpenLine();
    this.#open = undefined;
    this.#deps.status.clear();
    const prefix = this.#prefix(server, row);
    const text = lines.slice(0, -1).replaceAll('\n', () => `\n${prefix}`);
    await this.#outputOf(stream).write(`${isContinued ? '' : prefix}${text}\n`);
  }

  async #write(server: string, row: Row, stream: 'stdout' | 'stderr', parts: readonly LinePart[]): Promise<void> {
    if (parts.length === 0) return;
    const isContinued = this.#open?.server === server && this.#open.stream === stream;
    if (!isContinued) await this.#endOpenLine();
    let text = '';
    let needsPrefix = !isContinued;
    for (const part of parts) {
      if (needsPrefix) text += this.#prefix(server, row);
      text += part.isEnd ? `${this.#clean(part.text)}\n` : this.#clean(part.text);
      needsPrefix = part.isEnd;
    }
    this.#open = needsPrefix ? undefined : { server, stream };
    this.#deps.status.clear();
    await this.#outputOf(stream).write(text);
  }

  async #endOpenLine(): Promise<void> {
    const open = this.#open;
    this.#open = undefined;
    if (open) await this.#outputOf(open.stream).write('\n');
  }

  #outputOf(stream: 'stdout' | 'stderr'): Output {
    return stream === 'stdout' ? this.#deps.out : this.#deps.err;
  }

  /** What a terminal would show of the line: after a carriage return only the last version of it. */
  #clean(line: string): string {
    const last = lastVersion(line);
    return this.#deps.palette.isColoured ? displayableWithColours(last) : displayable(last);
  }

  async #showSettled(server: string, outcome: JobOutcome): Promise<void> {
    const row = this.#rows.get(server);
    if (!row) return;
    row.outcome = outcome;
    this.#leavePhase(row);
    for (const stream of ['stdout', 'stderr'] as const) {
      await this.#write(server, row, stream, row[stream].flush());
    }
    if (this.#open?.server === server) await this.#endOpenLine();
    if (outcome.kind !== 'succeeded') await this.#say(server, describeOutcome(outcome));
    this.#drawStatus();
  }

  async #showSummary(run: string, status: RunStatus): Promise<void> {
    const { palette, status: line } = this.#deps;
    line[Symbol.dispose]();
    const paint = status === 'success' ? palette.good : palette.bad;
    const total = formatDuration(this.#deps.now() - this.#began);
    let text = `\n${palette.strong(this.#title)} · ${paint(status)} · ${total}\n`;
    const ends = [...this.#rows.values()].map((row) => displayableLine(describeOutcome(row.outcome)));
    const widest = Math.min(Math.max(...ends.map(({ length }) => length)), 24);
    for (const [server, row] of this.#rows) {
      const ended = ends[row.index] ?? '';
      const colour = row.outcome?.kind === 'succeeded' ? palette.good : palette.bad;
      const took = [...row.took].map(([phase, ms]) => `${phase} ${formatDuration(ms)}`).join(' · ');
      const line = `${palette.server(row.index, server.padEnd(this.#width))}  ${colour(ended.padEnd(widest))}`;
      text += `  ${line}  ${palette.faint(took)}`.trimEnd();
      text += '\n';
    }
    text += palette.faint(`  Log: cronium logs ${shortId(run)}\n`);
    await this.#deps.err.write(text);
  }

  async #say(server: string | undefined, message: string): Promise<void> {
    const row = server === undefined ? undefined : this.#rows.get(server);
    const prefix = server !== undefined && row ? this.#prefix(server, row) : '';
    this.#deps.status.clear();
    await this.#endOpenLine();
    await this.#deps.err.write(`${prefix}${this.#deps.palette.faint(`· ${displayableLine(message)}`)}\n`);
  }

  #prefix(server: string, row: Row): string {
    return `${this.#deps.palette.server(row.index, server.padEnd(this.#width))} │ `;
  }

  #drawStatus(): void {
    const rows = [...this.#rows];
    const open = rows.filter(([, row]) => !row.outcome);
    if (open.length === 0 || runStatus(rows.map(([, row]) => row.outcome)) !== 'running')
      return this.#deps.status.set('');
    const named = open.slice(0, 4).map(([server, row]) => `${server} ${row.phase}`);
    const more = open.length > 4 ? ` and ${open.length - 4} more` : '';
    this.#deps.status.set(`${rows.length - open.length}/${rows.length} done · ${named.join(' · ')}${more}`);
  }
}
