/** The text of a script's two outputs, decoded as their bytes come; a character may be cut anywhere between two pieces. */
export class StreamText {
  readonly #decoders = { stdout: newDecoder(), stderr: newDecoder() };

  decode(stream: 'stdout' | 'stderr', bytes: Uint8Array): string {
    return this.#decoders[stream].decode(bytes, { stream: true });
  }

  /** What an unfinished character at the end of the output leaves. */
  end(stream: 'stdout' | 'stderr'): string {
    return this.#decoders[stream].decode();
  }
}

/** A byte order mark is the script's output like everything else. */
function newDecoder() {
  return new TextDecoder('utf-8', { ignoreBOM: true });
}
