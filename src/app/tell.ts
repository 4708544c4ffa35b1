import type { Mask } from '../domain/mask/mask.ts';
import { OutputText } from '../domain/mask/output-text.ts';
import type { LogRecord } from '../domain/record.ts';
import type { RunEvent } from '../domain/run-event.ts';
import { placeBehind } from '../domain/script-value.ts';
import { noteOf, type Told } from '../execution/follow.ts';
import { LOG_BEGINNING, type LogPlace, readLog } from '../store/read-log.ts';

/** Tells what a mirror has as run events, piece after piece; each look goes on behind the one before. */
export class LogTeller {
  readonly #text: OutputText;
  readonly #dir: string;
  readonly #server: string;
  readonly #mask: Mask;
  readonly #emit: (event: RunEvent) => Promise<void>;
  #place: LogPlace = LOG_BEGINNING;

  constructor(
    dir: string,
    options: { readonly server: string; readonly mask: Mask; emit(event: RunEvent): Promise<void> },
  ) {
    this.#dir = dir;
    this.#server = options.server;
    this.#mask = options.mask;
    this.#text = new OutputText(options.mask);
    this.#emit = options.emit;
  }

  /** For whoever takes over the telling. */
  get told(): Told {
    return { text: this.#text, place: this.#place };
  }

  /** Tells what has come since the last look. */
  async look(): Promise<void> {
    const from = this.#place;
    for await (const record of readLog(this.#dir, from)) {
      this.#place = placeBehind(record);
      await this.#tell(record);
    }
    if (this.#place !== from) return;
    for (const stream of this.#text.hesitating) await this.#say(stream, this.#text.release(stream));
  }

  /** Nothing more comes. */
  async end(): Promise<void> {
    for (const stream of ['stdout', 'stderr'] as const) await this.#say(stream, this.#text.end(stream));
  }

  async #tell({ type, body }: LogRecord): Promise<void> {
    if (type === 'OUT' || type === 'ERR') {
      const stream = type === 'OUT' ? 'stdout' : 'stderr';
      return await this.#say(stream, this.#text.decode(stream, body));
    }
    const message = noteOf(type, body);
    if (message === undefined) return;
    await this.#emit({ type: 'note', server: this.#server, message: this.#mask.text(message) });
  }

  async #say(stream: 'stdout' | 'stderr', text: string): Promise<void> {
    if (text !== '') await this.#emit({ type: 'output', server: this.#server, stream, text });
  }
}
