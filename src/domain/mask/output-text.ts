import { StreamText } from '../../base/stream-text.ts';
import { type Mask, MaskStream, MIN_MASKED_BYTES } from './mask.ts';

const STREAMS = ['stdout', 'stderr'] as const;

/** The text of a script's two outputs as a person may see it: secrets are replaced, whatever the borders between pieces are. */
export class OutputText {
  readonly #text = new StreamText();
  readonly #streams: Readonly<Record<(typeof STREAMS)[number], MaskStream>>;

  constructor(mask: Mask) {
    this.#streams = { stdout: new MaskStream(mask), stderr: new MaskStream(mask) };
  }

  decode(stream: 'stdout' | 'stderr', bytes: Uint8Array): string {
    return this.#text.decode(stream, this.#streams[stream].write(bytes));
  }

  /** Streams that hold back a beginning that is too short to be taken for a secret's, such as the last letter of a question. */
  get hesitating(): readonly ('stdout' | 'stderr')[] {
    return STREAMS.filter((stream) => {
      const { length } = this.#streams[stream].held;
      return length > 0 && length < MIN_MASKED_BYTES;
    });
  }

  /** Gives up what is held back. */
  release(stream: 'stdout' | 'stderr'): string {
    return this.#text.decode(stream, this.#streams[stream].flush());
  }

  /** The rest, with what an unfinished character at the end of the output leaves. */
  end(stream: 'stdout' | 'stderr'): string {
    return this.release(stream) + this.#text.end(stream);
  }
}
