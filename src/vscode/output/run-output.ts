import type { LogEntry, LogPlace } from '../../app/cronium.ts';
import { displayable } from '../../base/display.ts';
import type { RunEvent } from '../../domain/run-event.ts';
import { eventKey } from '../event-key.ts';
import { ByServer } from './by-server.ts';
import { ChannelPool } from './channel-pool.ts';
import { EventChannel, type OutputPane } from './event-channel.ts';
import type { RunHeading } from './run-heading.ts';
import { RunText } from './run-text.ts';

/** Shows the events of one run. */
export interface RunView {
  show(event: RunEvent): void;
  /** Waits until most of it was taken, so that no line has to be left out. */
  room(): Promise<void>;
  reveal(): void;
}

/** A run in its output channel. */
export interface ShownRun extends RunView {
  /** Aborted when nothing is shown here any more: the run was shown again, or its channel went to another event. */
  readonly closed: AbortSignal;
}

export interface OutputDeps {
  createPane(name: string): OutputPane;
  /** How the lines of several servers are ordered. */
  mode(): 'interleaved' | 'byServer';
  /** What the log of a run has of a server by now, from its beginning or from a place on. */
  readLog(run: string, server: string, from?: LogPlace): AsyncIterable<LogEntry>;
  /** When something was, in words. */
  moment(at: number): string;
}

/** Enough for the events that a person works on, and no long list to choose from. */
const MAX_CHANNELS = 8;

/** The output channels, one an event, with what scripts print. */
export class RunOutput implements Disposable {
  readonly #deps: OutputDeps;
  readonly #channels = new ChannelPool<EventChannel>(MAX_CHANNELS);
  #last: RunHeading | undefined;

  constructor(deps: OutputDeps) {
    this.#deps = deps;
  }

  /** The run that was shown last. */
  get last(): RunHeading | undefined {
    return this.#last;
  }

  /** Begins the part of a run that begins now. Its lines come as fast as they come; what is too much is left out. */
  open(run: RunHeading): ShownRun {
    return this.#open(run, { isLive: true });
  }

  /** Begins the part of a run that has begun before: how long its scripts ran cannot be seen from here. */
  reopen(run: RunHeading, options: { readonly server?: string } = {}): ShownRun {
    return this.#open(run, { ...options, isLive: false });
  }

  /** Shows the channel of the run's event, if it has one, and leaves the focus where it is. */
  reveal(run: RunHeading): void {
    this.#channels.find(keyOf(run))?.show();
  }

  /** The channel of the run's event can be seen. */
  isVisible(run: RunHeading): boolean {
    return this.#channels.find(keyOf(run))?.isVisible ?? false;
  }

  /** The lines of all servers of the run are shown as they come. */
  isOpen(run: RunHeading): boolean {
    return this.#channels.find(keyOf(run))?.has(run.id) ?? false;
  }

  [Symbol.dispose](): void {
    this.#channels[Symbol.dispose]();
  }

  #open(run: RunHeading, { server, isLive }: { readonly server?: string; readonly isLive: boolean }): ShownRun {
    this.#last = run;
    const channel = this.#channelOf(run);
    const all = run.jobs.map((job) => job.server.name);
    const servers = server === undefined ? all : all.filter((name) => name === server);
    const text = new RunText(run, {
      when: this.#deps.moment(run.startedAt ?? Date.now()),
      servers,
      ...(isLive ? { clock: { now: () => performance.now() } } : {}),
    });
    const lines = channel.begin(run.id, server === undefined ? 'whole' : 'server', text);
    const view = { room: () => lines.room(), reveal: () => this.reveal(run), closed: lines.closed };
    if (servers.length <= 1 || this.#deps.mode() === 'interleaved') return { ...view, show: lines.write };
    const byServer = new ByServer(servers, lines, {
      readLog: (name, from) => this.#deps.readLog(run.id, name, from),
      isPatient: !isLive,
    });
    return { ...view, show: (event) => byServer.show(event) };
  }

  #channelOf(run: RunHeading): EventChannel {
    const key = keyOf(run);
    const name = `Cronium: ${displayable(run.eventName).replace(/\s+/g, ' ').trim()}`;
    const found = this.#channels.find(key);
    // A channel keeps the name that it was made with.
    if (found && found.name !== name && !found.isBusy) this.#channels.drop(key);
    return this.#channels.take(key, () => new EventChannel(name, this.#deps.createPane(name)));
  }
}

function keyOf({ eventId, script }: RunHeading): string {
  return eventKey({ id: eventId, script });
}
