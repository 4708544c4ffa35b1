import { StreamText } from '../base/stream-text.ts';
import type { LogRecord } from '../domain/record.ts';
import type { RunEvent } from '../domain/run-event.ts';
import { placeBehind } from '../domain/script-value.ts';
import { noteOf } from '../execution/follow.ts';
import { LOG_BEGINNING, type LogPlace, readLog } from '../store/read-log.ts';

/** Tells what a mirror has as run events, piece after piece; each look goes on behind the one before. */
export class LogTeller {
  /** Goes on in whoever takes over the telling. */
  readonly text = new StreamText();
  readonly #dir: string;
  readonly #server: string;
  readonly #emit: (event: RunEvent) => Promise<void>;
  #place: LogPlace = LOG_BEGINNING;

  constructor(dir: string, options: { readonly server: string; emit(event: RunEvent): Promise<void> }) {
    this.#dir = dir;
    this.#server = options.server;
    this.#emit = options.emit;
  }

  /** Tells what has come since the last look. */
  async look(): Promise<void> {
    for await (const record of readLog(this.#dir, this.#place)) {
      this.#place = placeBehind(record);
      await this.#tell(record);
    }
  }

  async #tell({ type, body }: LogRecord): Promise<void> {
    const server = this.#server;
    if (type === 'OUT' || type === 'ERR') {
      const stream = type === 'OUT' ? 'stdout' : 'stderr';
      return await this.#emit({ type: 'output', server, stream, text: this.text.decode(stream, body) });
    }
    const message = noteOf(type, body);
    if (message !== undefined) await this.#emit({ type: 'note', server, message });
  }
}
