/** Pairs of bytes are looked up by so many bits: small enough for the processor's nearest cache, and for a set per job. */
const PAIR_BITS = 13;

/** Keeps a shift within a byte. */
const MAX_WINDOW = 255;

/**
 * Finds many patterns at once (Wu and Manber): of each, the first bytes are looked at, as many as the shortest has. Two bytes at
 * the end of such a window say how far it can move on without missing a beginning.
 */
export class PatternSet {
  readonly #window: number;
  /** Bounds what a stream may hold back. */
  readonly #longest: number;
  readonly #shift = new Uint8Array(1 << PAIR_BITS);
  /** By the last pair of their window; of two that begin alike the longer one comes first, and wins. */
  readonly #ending = new Map<number, Buffer[]>();
  /** By their first byte, the longer ones first. */
  readonly #beginning = new Map<number, Buffer[]>();

  /** Patterns of at least two bytes. */
  constructor(patterns: Iterable<string>) {
    const sorted = [...new Set(patterns)].map((text) => Buffer.from(text)).sort((a, b) => b.length - a.length);
    this.#longest = sorted[0]?.length ?? 0;
    this.#window = Math.min(MAX_WINDOW, sorted.at(-1)?.length ?? 0);
    this.#shift.fill(this.#window - 1);
    for (const pattern of sorted) {
      for (let end = 1; end < this.#window; end++) {
        const pair = pairAt(pattern, end);
        this.#shift[pair] = Math.min(this.#shift[pair] as number, this.#window - 1 - end);
      }
      add(this.#ending, pairAt(pattern, this.#window - 1), pattern);
      add(this.#beginning, pattern[0] as number, pattern);
    }
  }

  /** The first pattern in the bytes from `from` on, the longest of those that begin there. */
  find(data: Uint8Array, from = 0): { readonly at: number; readonly length: number } | undefined {
    for (let end = from + this.#window - 1; end < data.length; ) {
      const pair = pairAt(data, end);
      const skip = this.#shift[pair] as number;
      if (skip > 0) {
        end += skip;
        continue;
      }
      const at = end - this.#window + 1;
      const found = this.#ending.get(pair)?.find((pattern) => beginsWith(data, pattern, at));
      if (found) return { at, length: found.length };
      end += 1;
    }
    return undefined;
  }

  /** Where the first part of the bytes begins, from `from` on, that may become a pattern with what follows; or their end. */
  pending(data: Uint8Array, from = 0): number {
    for (let at = Math.max(from, data.length - this.#longest + 1); at < data.length; at++) {
      const rest = data.length - at;
      for (const pattern of this.#beginning.get(data[at] as number) ?? []) {
        if (pattern.length <= rest) break;
        if (beginsWith(data, pattern.subarray(0, rest), at)) return at;
      }
    }
    return data.length;
  }
}

/** Bytes that share a place are told apart when patterns are compared. */
function pairAt(data: Uint8Array, end: number): number {
  return (((data[end - 1] as number) << (PAIR_BITS - 8)) ^ (data[end] as number)) & ((1 << PAIR_BITS) - 1);
}

function beginsWith(data: Uint8Array, pattern: Uint8Array, at: number): boolean {
  if (pattern.length > data.length - at) return false;
  for (let i = 0; i < pattern.length; i++) if (data[at + i] !== pattern[i]) return false;
  return true;
}

function add(lists: Map<number, Buffer[]>, key: number, pattern: Buffer): void {
  const list = lists.get(key);
  if (list) list.push(pattern);
  else lists.set(key, [pattern]);
}
