import type { RunEvent } from '../../domain/run-event.ts';
import type { Poolable } from './channel-pool.ts';
import { type PacedChannel, PacedWriter } from './paced-writer.ts';
import type { RunText } from './run-text.ts';

/** A line without an end is shown as it is after this time: it may be a question, or a step that takes long. */
const PART_AFTER_MS = 300;

/** An output channel of the editor. */
export interface OutputPane extends PacedChannel {
  readonly isVisible: boolean;
  /** Leaves the focus where it is. */
  show(): void;
  dispose(): void;
}

/** What is shown of a run: the lines of all its servers, or of one. */
export type RunPart = 'whole' | 'server';

/** Where the lines of one run go to in a channel. */
export interface RunLines {
  write(event: RunEvent): void;
  /** A line of ours about a server. */
  say(server: string, message: string): void;
  /** An empty line. */
  separate(): void;
  /** Waits until most of it was taken. */
  room(): Promise<void>;
  /** Aborted when nothing of the run is shown any more. */
  readonly closed: AbortSignal;
}

/** The output channel of an event. Where the lines of two of its runs meet, a heading says whose lines follow. */
export class EventChannel implements Poolable {
  readonly name: string;
  readonly #pane: OutputPane;
  readonly #writer: PacedWriter;
  /** What is shown of runs whose end was not shown yet. */
  readonly #open = new Map<string, { readonly controller: AbortController; readonly part: RunPart }>();
  #last: RunText | undefined;

  constructor(name: string, pane: OutputPane) {
    this.name = name;
    this.#pane = pane;
    this.#writer = new PacedWriter(pane);
  }

  get isBusy(): boolean {
    return this.#open.size > 0;
  }

  get isVisible(): boolean {
    return this.#pane.isVisible;
  }

  /** All lines of the run are shown as they come. */
  has(run: string): boolean {
    return this.#open.get(run)?.part === 'whole';
  }

  show(): void {
    this.#pane.show();
  }

  /** Begins a part with the lines of a run; whoever showed them here before does so no more. */
  begin(run: string, part: RunPart, text: RunText): RunLines {
    this.#open.get(run)?.controller.abort();
    const controller = new AbortController();
    const closed = controller.signal;
    this.#open.set(run, { controller, part });
    this.#last = text;
    this.#writer.remark(text.heading);
    let timer: NodeJS.Timeout | undefined;
    const showParts = (): void => {
      timer = undefined;
      if (!closed.aborted) this.#add(text, text.parts(), 'output');
    };
    return {
      write: (event) => {
        if (closed.aborted) return;
        this.#add(text, text.add(event), event.type === 'output' ? 'output' : 'remark');
        if (event.type === 'output' && text.hasParts) timer ??= setTimeout(showParts, PART_AFTER_MS);
        if (event.type !== 'finished') return;
        clearTimeout(timer);
        this.#open.delete(run);
      },
      say: (server, message) => {
        if (!closed.aborted) this.#add(text, text.remark(server, message), 'remark');
      },
      separate: () => {
        if (!closed.aborted) this.#writer.remark('\n');
      },
      room: () => this.#writer.room(),
      closed,
    };
  }

  [Symbol.dispose](): void {
    for (const { controller } of this.#open.values()) controller.abort();
    this.#open.clear();
    this.#writer[Symbol.dispose]();
    this.#pane.dispose();
  }

  #add(text: RunText, added: string, kind: 'output' | 'remark'): void {
    if (added === '') return;
    if (this.#last !== text) this.#writer.remark(text.heading);
    this.#last = text;
    if (kind === 'output') this.#writer.output(added);
    else this.#writer.remark(added);
  }
}
