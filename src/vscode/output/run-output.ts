import type { OutputChannel } from 'vscode';
import type { RunEvent } from '../../domain/run-event.ts';
import { PacedWriter } from './paced-writer.ts';
import { type RunHeading, RunText } from './run-text.ts';

/** Shows the events of one run. */
export interface RunView {
  show(event: RunEvent): void;
  /** Waits until the channel has taken most of it, so that no line has to be left out. */
  room(): Promise<void>;
}

/** The output channel with what scripts print. Where the lines of two runs meet, a heading says whose lines follow. */
export class RunOutput implements Disposable {
  readonly #channel: OutputChannel;
  readonly #writer: PacedWriter;
  #last: RunText | undefined;

  constructor(channel: OutputChannel) {
    this.#channel = channel;
    this.#writer = new PacedWriter(channel);
  }

  reveal(): void {
    this.#channel.show(true);
  }

  /** Begins the part of a run that begins now. */
  open(heading: RunHeading): RunView {
    return this.#open(new RunText(heading, { now: () => performance.now() }));
  }

  /** Begins the part of a run that has begun before: how long its scripts ran cannot be seen from here. */
  reopen(heading: RunHeading): RunView {
    return this.#open(new RunText(heading));
  }
  [Symbol.dispose](): void {
    this.#writer[Symbol.dispose]();
    this.#channel.dispose();
  }

  #open(text: RunText): RunView {
    this.#last = text;
    this.#writer.remark(text.heading);
    return { show: (event) => this.#show(text, event), room: () => this.#writer.room() };
  }

  #show(text: RunText, event: RunEvent): void {
    const added = text.add(event);
    if (added === '') return;
    if (this.#last !== text) this.#writer.remark(text.heading);
    this.#last = text;
    if (event.type === 'output') this.#writer.output(added);
    else this.#writer.remark(added);
  }
}
