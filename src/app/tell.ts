import type { RunEvent } from '../domain/run-event.ts';
import { readEntries } from './log.ts';

/** Tells what a mirror has as run events, piece after piece; each look goes on behind the one before. */
export class LogTeller {
  readonly #dir: string;
  readonly #server: string;
  readonly #emit: (event: RunEvent) => Promise<void>;
  readonly #decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
  #from: number;

  constructor(
    dir: string,
    options: { readonly server: string; readonly from: number; emit(event: RunEvent): Promise<void> },
  ) {
    this.#dir = dir;
    this.#server = options.server;
    this.#emit = options.emit;
    this.#from = options.from;
  }

  /** Tells what has come since the last look. */
  async look(): Promise<void> {
    const server = this.#server;
    for await (const entry of readEntries(this.#dir, this.#from)) {
      this.#from = entry.offset + 1;
      if (entry.kind === 'note') {
        await this.#emit({ type: 'note', server, message: entry.message });
        continue;
      }
      const text = this.#decoders[entry.stream].decode(entry.bytes, { stream: true });
      await this.#emit({ type: 'output', server, stream: entry.stream, text });
    }
  }
}
