import { displayable } from '../base/display.ts';
import { CroniumError } from '../domain/errors.ts';
import type { Json } from '../domain/event.ts';

/** What a sentence, a name or a path of a runner may have; more is not for people to read. */
const MAX_LINE = 4_096;

/** Reads fields of a JSON object that comes from a server: nothing in it is believed before it was checked. */
export class Fields {
  readonly #object: Readonly<Record<string, unknown>>;

  constructor(value: unknown) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new CroniumError('message/json', "Cannot read the runner's answer: it is not a JSON object");
    }
    this.#object = value as Record<string, unknown>;
  }

  /** The fields of a body that must be one JSON object. */
  static of(body: Uint8Array): Fields {
    try {
      return new Fields(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)));
    } catch (cause) {
      if (cause instanceof CroniumError) throw cause;
      throw new CroniumError('message/json', "Cannot read the runner's answer: it is not JSON", { cause });
    }
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#object, name);
  }

  text(name: string): string {
    const value = this.#get(name);
    if (typeof value !== 'string') throw this.wrong(name);
    return value;
  }

  /** Text that people will see: in one line, with nothing in it that acts on a terminal, and not too long. */
  line(name: string): string {
    const clean = displayable(this.text(name)).replace(/\s+/g, ' ').trim();
    return clean.length <= MAX_LINE ? clean : `${clean.slice(0, MAX_LINE - 1)}…`;
  }

  /** The code of an error: `disk/full`. */
  code(name: string): string {
    const value = this.text(name);
    if (!/^[a-z]{1,20}(?:\/[a-z-]{1,40})?$/.test(value)) throw this.wrong(name);
    return value;
  }

  count(name: string): number {
    const value = this.#get(name);
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw this.wrong(name);
    return value;
  }

  flag(name: string): boolean {
    return this.#get(name) === true;
  }

  list(name: string): readonly unknown[] {
    const value = this.#get(name);
    if (!Array.isArray(value)) throw this.wrong(name);
    return value;
  }

  object(name: string): Fields {
    return new Fields(this.#get(name));
  }

  optionalText<K extends string>(name: K): { readonly [P in K]?: string } {
    return this.has(name) ? ({ [name]: this.text(name) } as { readonly [P in K]: string }) : {};
  }

  optionalLine<K extends string>(name: K): { readonly [P in K]?: string } {
    return this.has(name) ? ({ [name]: this.line(name) } as { readonly [P in K]: string }) : {};
  }

  optionalCount<K extends string>(name: K): { readonly [P in K]?: number } {
    return this.has(name) ? ({ [name]: this.count(name) } as { readonly [P in K]: number }) : {};
  }

  optionalJson<K extends string>(name: K): { readonly [P in K]?: Json } {
    return this.has(name) ? ({ [name]: this.#get(name) } as { readonly [P in K]: Json }) : {};
  }

  wrong(name: string): CroniumError {
    return new CroniumError(
      'message/fields',
      `Cannot read the runner's answer: its field "${name}" is not as expected`,
    );
  }

  #get(name: string): unknown {
    return this.has(name) ? this.#object[name] : undefined;
  }
}
