import { EventEmitter, l10n, type Pseudoterminal, window } from 'vscode';
import { thrownExitCode } from '../../app/exit-code.ts';
import { wait } from '../../base/wait.ts';
import { CroniumError, Stopped, sentence } from '../../domain/errors.ts';
import type { RunEvent } from '../../domain/run-event.ts';
import { PacedWriter, TERMINAL_PACE } from '../output/paced-writer.ts';
import type { RunHeading } from '../output/run-heading.ts';
import type { RunView } from '../output/run-output.ts';
import { noticeText } from '../plain-text.ts';
import { plainRemark, TerminalText } from './terminal-text.ts';

/** A window that goes away closes its terminals first: in this time it is known whether it does. */
const GOING_AWAY_MS = 500;

/** Ctrl-C, as the terminal sends it. */
const INTERRUPT = '\x03';

export interface TerminalDeps {
  /** What runs, for messages. */
  readonly name: string;
  /** Aborted when the window goes away: its runs go on without it. */
  readonly left: AbortSignal;
  /** Does the work; resolves with the exit code. What it throws is told in the terminal. */
  work(screen: Screen): Promise<number>;
  /** Tells of a bug. */
  report(error: unknown): void;
}

/** The terminal as the work in it sees it. */
export interface Screen {
  /** Aborted when the person stops it. */
  readonly signal: AbortSignal;
  /** Shows a run from now on. */
  begin(run: RunHeading): RunView;
}

/** The terminal of a task. The work begins when it is open; closing it, or Ctrl-C in it, stops the work. */
export class RunTerminal implements Pseudoterminal {
  readonly #deps: TerminalDeps;
  readonly #onDidWrite = new EventEmitter<string>();
  readonly #onDidClose = new EventEmitter<number>();
  readonly #stop = new AbortController();
  readonly #writer: PacedWriter;
  #text: TerminalText | undefined;
  #isOver = false;
  readonly onDidWrite = this.#onDidWrite.event;
  readonly onDidClose = this.#onDidClose.event;

  constructor(deps: TerminalDeps) {
    this.#deps = deps;
    const append = (text: string): void => this.#onDidWrite.fire(text.replace(/\r?\n/g, '\r\n'));
    this.#writer = new PacedWriter({ append, clear: () => {} }, TERMINAL_PACE);
  }

  open(): void {
    void this.#work();
  }

  close(): void {
    if (!this.#isOver) void this.#stopUnlessLeft();
  }

  handleInput(data: string): void {
    if (!data.includes(INTERRUPT) || this.#isOver || this.#stop.signal.aborted) return;
    this.#remark(l10n.t('Cancelling'));
    this.#stop.abort(new Stopped('user'));
  }

  async #work(): Promise<void> {
    const code = await this.#tryWork();
    this.#isOver = true;
    // The last lines come before the editor takes the terminal for ended.
    await this.#writer.drained();
    this.#onDidClose.fire(code);
  }

  async #tryWork(): Promise<number> {
    try {
      return await this.#deps.work({ signal: this.#stop.signal, begin: (run) => this.#begin(run) });
    } catch (error) {
      if (error instanceof Stopped) this.#remark(l10n.t('Cancelled'));
      else this.#remark(sentence(error));
      if (!(error instanceof CroniumError || error instanceof Stopped)) this.#deps.report(error);
      return thrownExitCode(error);
    }
  }

  #begin(run: RunHeading): RunView {
    const text = new TerminalText(run);
    this.#text = text;
    this.#writer.remark(text.heading);
    return {
      show: (event: RunEvent) => {
        const added = text.add(event);
        if (event.type === 'output') this.#writer.output(added);
        else this.#writer.remark(added);
      },
      room: () => this.#writer.room(),
      // The editor shows the terminals of tasks as their tasks say.
      reveal: () => {},
    };
  }

  #remark(message: string): void {
    this.#writer.remark(this.#text?.remark(message) ?? plainRemark(message));
  }

  async #stopUnlessLeft(): Promise<void> {
    try {
      await wait(GOING_AWAY_MS, { signal: this.#deps.left });
    } catch {
      return;
    }
    if (this.#isOver) return;
    this.#stop.abort(new Stopped('user'));
    window.setStatusBarMessage(l10n.t('$(circle-slash) Cronium: cancelling “{0}”', noticeText(this.#deps.name)), 5_000);
  }
}
