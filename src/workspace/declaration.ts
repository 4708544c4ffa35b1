import type { Problem } from '../domain/event.ts';
import { decodeFields, type Fields, refuse } from './decode.ts';
import { DECLARATION_FILE } from './document.ts';
import { ENTRY_FIELDS, ENTRY_SYNONYMS, type EntryFields } from './schema.ts';
import { collectProblems, type Range, type Report, Source, splitLines } from './source.ts';
import { type MapEntry, type MapNode, parseYaml } from './yaml.ts';

/** An entry of `cronium.yaml`, without what its script says of itself. */
export interface Entry {
  /** `cronium.yaml#key`. */
  readonly id: string;
  readonly key: string;
  /** Where its key stands. */
  readonly range: Range;
  readonly fields: Partial<EntryFields>;
  /** Its fields as written; absent when it is no map. */
  readonly map?: MapNode;
  /** Where the path of its script stands; of its key when it names none. */
  readonly scriptRange: Range;
  readonly problems: readonly Problem[];
}

/** What a `cronium.yaml` declares. */
export interface Declaration {
  readonly entries: readonly Entry[];
  /** Those that are of no entry. */
  readonly problems: readonly Problem[];
}

/** The id of the entry with a key. */
export function entryId(key: string): string {
  return `${DECLARATION_FILE}#${key}`;
}

/** The key in the id of an entry; undefined for the id of a script's own event. */
export function entryKey(id: string): string | undefined {
  return id.startsWith(`${DECLARATION_FILE}#`) ? id.slice(DECLARATION_FILE.length + 1) : undefined;
}

/** Reads the text of a `cronium.yaml`; `file` is its name in the problems. What cannot be used is left out and named in them. */
export function readDeclaration(file: string, text: string): Declaration {
  const { problems, report } = collectProblems(file);
  const root = parseYaml(wholeSource(text), report);
  if (root && root.kind !== 'map' && (root.kind === 'list' || root.value !== null)) {
    refuse(root, { label: DECLARATION_FILE, report, expected: 'a map with "events"' });
  }
  const fields: Fields<{ events: readonly Entry[] }> = {
    events: (node, label) => {
      if (node.kind === 'scalar' && node.value === null) return [];
      if (node.kind === 'map') return node.entries.flatMap((entry) => readEntry(entry, { file, report }) ?? []);
      return refuse(node, { label, report, expected: 'a map of keys to events' });
    },
  };
  const synonyms = { event: 'events', jobs: 'events', scripts: 'events', tasks: 'events' } as const;
  const { events = [] } = root?.kind === 'map' ? decodeFields(root, fields, { report, synonyms }) : {};
  return { entries: events, problems };
}

/** The whole of a text as YAML. */
export function wholeSource(text: string): Source {
  return new Source(splitLines(text).map((line, index) => ({ text: line, number: index + 1, shift: 0 })));
}

function readEntry(
  { key, value }: MapEntry,
  { file, report }: { readonly file: string; readonly report: Report },
): Entry | undefined {
  // What stands behind "#" in an id, which people type in a terminal.
  if (!/^[\p{L}\p{N}_][\p{L}\p{N}_.-]{0,99}$/u.test(key.text)) {
    const expected = 'a word such as restart-web (letters, digits, ., _ and -)';
    return refuse(key, { label: 'The key of an event', report, expected });
  }
  const own = collectProblems(file);
  const fields = value.kind === 'map' ? readFields(value, key.range, own.report) : {};
  if (value.kind !== 'map') {
    const expected = 'a map of fields such as "script: ops/restart.sh"';
    refuse(value, { label: `"${key.text}"`, report: own.report, expected });
  }
  const script = value.kind === 'map' ? value.entries.find((each) => each.key.text === 'script') : undefined;
  return {
    id: entryId(key.text),
    key: key.text,
    range: key.range,
    fields,
    ...(value.kind === 'map' ? { map: value } : {}),
    scriptRange: script?.value.range ?? key.range,
    problems: own.problems,
  };
}

function readFields(map: MapNode, at: Range, report: Report): Partial<EntryFields> {
  const fields = decodeFields(map, ENTRY_FIELDS, { report, synonyms: ENTRY_SYNONYMS });
  const saysScript = map.entries.some(({ key }) => key.text === 'script');
  if (!saysScript) report(at, 'An event needs a script: add a line such as "script: ops/restart.sh"');
  return fields;
}
