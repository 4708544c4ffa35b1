import {
  constructFromEvents,
  EVENT_ID,
  type Event,
  parseEvents,
  SCALAR_STYLE,
  type ScalarEvent,
  YAMLException,
} from 'js-yaml';
import type { Range, Report, Source } from './source.ts';

/** A value of a YAML text and where it stands. */
export type YamlNode = ScalarNode | ListNode | MapNode;

export interface ScalarNode {
  readonly kind: 'scalar';
  readonly value: null | boolean | number | string;
  /** As written: `007` and `1.10` keep their digits. */
  readonly text: string;
  readonly range: Range;
}

export interface ListNode {
  readonly kind: 'list';
  readonly items: readonly YamlNode[];
  readonly range: Range;
}

export interface MapNode {
  readonly kind: 'map';
  readonly entries: readonly MapEntry[];
  readonly range: Range;
}

export interface MapEntry {
  readonly key: ScalarNode;
  readonly value: YamlNode;
}

/**
 * Reads YAML (1.2, core schema) with the position of everything. A syntax error, a duplicate key, an anchor, an alias or a tag
 * is reported; undefined when there is nothing that could be used. Without aliases no text is larger in memory than as written.
 */
export function parseYaml(source: Source, report: Report): YamlNode | undefined {
  try {
    const events = parseEvents(source.text, {});
    return new TreeBuilder(source, events, report).build();
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    reportSyntax(error, source, report);
    return undefined;
  }
}

class TreeBuilder {
  readonly #source: Source;
  readonly #events: readonly Event[];
  readonly #report: Report;
  #next = 0;

  constructor(source: Source, events: readonly Event[], report: Report) {
    this.#source = source;
    this.#events = events;
    this.#report = report;
  }

  build(): YamlNode | undefined {
    if (this.#take()?.type !== EVENT_ID.DOCUMENT) return undefined;
    const root = this.#node(this.#source.range(0, 0));
    this.#next++;
    if (this.#next < this.#events.length) {
      const end = this.#source.text.length;
      this.#report(this.#source.range(end, end), 'One YAML document is expected: there is another one after "---"');
    }
    return root;
  }

  #take(): Event | undefined {
    return this.#events[this.#next++];
  }

  /** `outer` is where an empty value is reported: the range of its key. */
  #node(outer: Range): YamlNode {
    const event = this.#take();
    if (!event || event.type === EVENT_ID.POP || event.type === EVENT_ID.DOCUMENT) return empty(outer);
    this.#refuseUnquoted(event);
    switch (event.type) {
      case EVENT_ID.SCALAR:
        return this.#scalar(event, outer);
      case EVENT_ID.ALIAS:
        return empty(outer);
      case EVENT_ID.SEQUENCE:
        return { kind: 'list', items: this.#items(outer), range: this.#restOfLine(event.start) };
      case EVENT_ID.MAPPING:
        return { kind: 'map', entries: this.#entries(outer), range: this.#restOfLine(event.start) };
      default:
        return event satisfies never;
    }
  }

  #scalar(event: ScalarEvent, outer: Range): ScalarNode {
    if (event.valueStart < 0) return empty(outer);
    const isQuoted = event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED;
    const quote = isQuoted ? 1 : 0;
    const range = this.#source.range(event.valueStart - quote, event.valueEnd + quote);
    const untagged = { ...event, tagStart: -1, tagEnd: -1, anchorStart: -1, anchorEnd: -1 };
    const document = this.#events.slice(0, 1);
    const [value] = constructFromEvents([...document, untagged, { type: EVENT_ID.POP }], { source: this.#source.text });
    if (typeof value === 'string') return { kind: 'scalar', value, text: value, range };
    const text = this.#source.text.slice(event.valueStart, event.valueEnd);
    const isJson = typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value));
    return { kind: 'scalar', value: isJson ? value : value === null ? null : text, text, range };
  }

  #items(outer: Range): YamlNode[] {
    const items: YamlNode[] = [];
    while (!this.#atEnd()) items.push(this.#node(outer));
    this.#next++;
    return items;
  }

  #entries(outer: Range): MapEntry[] {
    const entries: MapEntry[] = [];
    const seen = new Set<string>();
    while (!this.#atEnd()) {
      const key = this.#node(outer);
      const value = this.#node(key.range);
      if (key.kind !== 'scalar') {
        this.#report(key.range, 'A key must be a word, not a list or a map');
      } else if (seen.has(key.text)) {
        this.#report(key.range, `Duplicate key "${key.text}"`);
      } else {
        seen.add(key.text);
        entries.push({ key, value });
      }
    }
    this.#next++;
    return entries;
  }

  #atEnd(): boolean {
    const event = this.#events[this.#next];
    return event === undefined || event.type === EVENT_ID.POP;
  }

  /** A `*web`, `!web` or `&web` without quotes was meant as text: aliases, tags and anchors have no use here. */
  #refuseUnquoted(event: Exclude<Event, { type: typeof EVENT_ID.POP | typeof EVENT_ID.DOCUMENT }>): void {
    const { text } = this.#source;
    if ('tagStart' in event && event.tagStart >= 0) {
      this.#reportUnquoted(event.tagStart, event.tagEnd);
    } else if (event.anchorStart >= 0) {
      const mark = text.lastIndexOf(event.type === EVENT_ID.ALIAS ? '*' : '&', event.anchorStart);
      this.#reportUnquoted(mark, event.anchorEnd);
    }
  }

  #reportUnquoted(start: number, end: number): void {
    reportUnquoted(this.#source, { start, end }, this.#report);
  }

  #restOfLine(start: number): Range {
    return this.#source.range(start, this.#source.text.length);
  }
}

function empty(range: Range): ScalarNode {
  return { kind: 'scalar', value: null, text: '', range };
}

function reportUnquoted(source: Source, { start, end }: { start: number; end: number }, report: Report): void {
  const word = source.text.slice(start, end);
  const message = `A value that begins with "${word.charAt(0)}" must be in quotes: found ${word}`;
  report(source.range(start, end), message, JSON.stringify(word));
}

function reportSyntax(error: YAMLException, source: Source, report: Report): void {
  const { text } = source;
  const at = error.mark?.position ?? 0;
  const start = at - (/[^\s,[{]*$/.exec(text.slice(Math.max(0, at - 200), at))?.[0].length ?? 0);
  const end = at + (/^[^\s,\]}]*/.exec(text.slice(at, at + 200))?.[0].length ?? 0);
  if (/^[@`%*&!]/.test(text.slice(start, end))) return reportUnquoted(source, { start, end }, report);
  const variable = text[at - 1] === '$' ? /^\{[^}\n]*\}[^\s,\]}]*/.exec(text.slice(at, at + 200))?.[0] : undefined;
  if (variable !== undefined) {
    const word = text.slice(start, at + variable.length);
    const message = `A value with "\${" must be in quotes in brackets and braces: found ${word}`;
    return report(source.range(start, at + variable.length), message, JSON.stringify(word));
  }
  const range = source.range(at, at + 1);
  if (text.startsWith(': ', at)) return report(range, 'A value with ": " in it must be in quotes');
  if (error.reason.startsWith('tab characters')) return report(range, 'YAML is indented with spaces: found a tab');
  report(range, `Cannot read this as YAML: ${error.reason}`);
}
