import { formsOf } from './forms.ts';
import { PatternSet } from './pattern-set.ts';

/** The length in bytes below which a value is not masked: it would blot out half of the output. */
export const MIN_MASKED_BYTES = 4;

const REPLACEMENT = '***';
const REPLACEMENT_BYTES = Buffer.from(REPLACEMENT);
const NOTHING = new Uint8Array(0);

/** How many tokens are masked: those before have expired. */
const KEPT_TOKENS = 3;

/**
 * The values that are replaced in what is told of a job, with their encodings. It may grow while streams are in use. The runner
 * masks by the same rules before anything is written (docs/protocol.md, "Spool"): where it has done so, this changes nothing.
 */
export class Mask {
  #secrets: readonly string[];
  #tokens: readonly string[] = [];
  /** Built when it is needed first. */
  #set: PatternSet | undefined;

  constructor(secrets: Iterable<string> = []) {
    this.#secrets = longEnough(secrets);
  }

  /** One of its own, which begins with the same values. */
  copy(): Mask {
    const copy = new Mask();
    copy.take(this);
    return copy;
  }

  /** Masks all that another one does, as of now. */
  take(other: Mask): void {
    if (this.#secrets.length + this.#tokens.length > 0) {
      this.add(other.#secrets);
      for (const token of other.#tokens) this.renew(token);
      return;
    }
    this.#secrets = other.#secrets;
    this.#tokens = other.#tokens;
    // What is built is shared: a thousand jobs of a run have the same secrets.
    this.#set = other.#build();
  }

  /** Masks more values, in all that is told from now on. */
  add(values: Iterable<string>): void {
    const news = longEnough(values).filter((value) => !this.#secrets.includes(value));
    if (news.length === 0) return;
    this.#secrets = [...this.#secrets, ...news];
    this.#set = undefined;
  }

  /** Masks a token, as it stands, in place of the ones that have expired. */
  renew(token: string): void {
    if (longEnough([token]).length === 0 || this.#tokens.includes(token)) return;
    this.#tokens = [...this.#tokens, token].slice(-KEPT_TOKENS);
    this.#set = undefined;
  }

  /** Undefined: there is nothing to replace. */
  get patterns(): PatternSet | undefined {
    return this.#build();
  }

  /** Masks a text that is whole. */
  text(text: string): string {
    const patterns = this.patterns;
    if (!patterns) return text;
    const bytes = Buffer.from(text);
    return patterns.find(bytes) ? Buffer.from(replaceAll(patterns, bytes)).toString('utf8') : text;
  }

  #build(): PatternSet | undefined {
    if (this.#set || this.#secrets.length + this.#tokens.length === 0) return this.#set;
    this.#set = new PatternSet([...this.#tokens, ...this.#secrets.flatMap(formsOf)]);
    return this.#set;
  }
}

/** Masks output that comes in pieces; a value may be spread over several. */
export class MaskStream {
  readonly #mask: Mask;
  #held: Uint8Array;

  /** `held`: what an earlier stream held back. */
  constructor(mask: Mask, held: Uint8Array = NOTHING) {
    this.#mask = mask;
    this.#held = held;
  }

  /** What waits for what follows: it could be the beginning of a value. */
  get held(): Uint8Array {
    return this.#held;
  }

  /** Takes a piece and returns what may go on: the very same bytes when there is nothing to replace. */
  write(piece: Uint8Array): Uint8Array {
    const patterns = this.#mask.patterns;
    if (!patterns) return piece;
    const data = this.#held.length === 0 ? piece : Buffer.concat([this.#held, piece]);
    // Where the rest begins that may become a value with what follows. What begins behind it is not decided either.
    let keep = patterns.pending(data);
    const out: Uint8Array[] = [];
    let from = 0;
    for (let found = patterns.find(data); found && found.at < keep; found = patterns.find(data, from)) {
      out.push(data.subarray(from, found.at), REPLACEMENT_BYTES);
      from = found.at + found.length;
      if (from > keep) keep = patterns.pending(data, from);
    }
    // Copied: whoever gave the piece may use its buffer again.
    this.#held = keep === data.length ? NOTHING : new Uint8Array(data.subarray(keep));
    const rest = from === 0 && keep === data.length ? data : data.subarray(from, keep);
    return out.length === 0 ? rest : Buffer.concat([...out, rest]);
  }

  /** Gives up what was held back. */
  flush(): Uint8Array {
    const held = this.#held;
    this.#held = NOTHING;
    const patterns = this.#mask.patterns;
    // A shorter value can stand at the beginning of what might have become a longer one.
    return patterns && held.length > 0 ? replaceAll(patterns, held) : held;
  }
}

function replaceAll(patterns: PatternSet, data: Uint8Array): Uint8Array {
  const out: Uint8Array[] = [];
  let from = 0;
  for (let found = patterns.find(data); found; found = patterns.find(data, from)) {
    out.push(data.subarray(from, found.at), REPLACEMENT_BYTES);
    from = found.at + found.length;
  }
  return Buffer.concat([...out, data.subarray(from)]);
}

function longEnough(values: Iterable<string>): string[] {
  return [...new Set(values)].filter((value) => Buffer.byteLength(value) >= MIN_MASKED_BYTES);
}
