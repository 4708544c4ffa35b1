import type { Problem } from '../domain/event.ts';
import { fullPath } from '../domain/files.ts';
import { checkEvent, type Finding } from './check-event.ts';
import { readDeclaration } from './declaration.ts';
import { DECLARATION_FILE, type EventDocument, type KnownNames } from './document.ts';
import { findHeader, readHeader } from './header.ts';
import { isDeclaration } from './sheet.ts';
import { splitLines } from './source.ts';
import { readEvent, scriptProblem } from './workspace.ts';
import type { MapNode, ScalarNode } from './yaml.ts';

/** What was found where a document names a file. */
export type Look =
  | { readonly kind: 'found'; readonly text: string }
  /** `found` ends a sentence: `there is no such file`. */
  | { readonly kind: 'unreadable'; readonly found: string; readonly isMissing: boolean };

export interface Surroundings {
  /** Absent: nobody knows which servers there are. */
  readonly known?: KnownNames | undefined;
  /** What stands at the paths that `namedFiles` names, as far as somebody has looked. */
  readonly looks: ReadonlyMap<string, Look>;
}

const NOTHING = { servers: [], inputs: [] };

/** What is wrong with a document, in the order of its lines. */
export function checkDocument(document: EventDocument, surroundings: Surroundings): readonly Problem[] {
  const problems = isDeclaration(document)
    ? checkDeclaration(document, surroundings)
    : checkHeader(document, surroundings);
  return problems.toSorted((one, other) => one.line - other.line || one.column - other.column);
}

/** The files below the root that a document names one by one: scripts, of which the text counts, and others. */
export function namedFiles(document: EventDocument): {
  readonly scripts: readonly string[];
  readonly others: readonly string[];
} {
  if (!isDeclaration(document)) {
    const map = headerMap(document);
    return { scripts: [], others: map ? uniqueNames([map]) : [] };
  }
  const { entries } = readDeclaration(DECLARATION_FILE, document.text);
  return {
    scripts: [...new Set(entries.flatMap(({ fields }) => fields.script ?? []))],
    others: uniqueNames(entries.flatMap(({ map }) => map ?? [])),
  };
}

function checkHeader(document: EventDocument, { known, looks }: Surroundings): Problem[] {
  const { problems } = readEvent(document);
  const map = headerMap(document);
  if (!map) return [...problems];
  const lines = splitLines(document.text);
  const findings = [...checkEvent({ map, lines, inherited: NOTHING, known }), ...checkFiles(map, looks)];
  return [...problems, ...findings.map((finding) => ({ ...finding, file: fullPath(document) }))];
}

function checkDeclaration(document: EventDocument, { known, looks }: Surroundings): Problem[] {
  const file = fullPath(document);
  const lines = splitLines(document.text);
  const { entries, problems } = readDeclaration(file, document.text);
  return [
    ...problems,
    ...entries.flatMap((entry) => {
      const { map, fields } = entry;
      const script = { root: document.root, path: fields.script ?? '' };
      const look = fields.script === undefined ? undefined : looks.get(fields.script);
      const missing = look?.kind === 'unreadable' ? [scriptProblem(entry, script, look)] : [];
      const inherited = look?.kind === 'found' ? inheritedFrom({ ...script, text: look.text }) : undefined;
      const findings = map ? [...checkEvent({ map, lines, inherited, known }), ...checkFiles(map, looks)] : [];
      return [...entry.problems, ...missing, ...findings.map((finding) => ({ ...finding, file }))];
    }),
  ];
}

function inheritedFrom(script: EventDocument): {
  readonly servers: readonly string[];
  readonly inputs: readonly string[];
} {
  const { servers, inputs } = readEvent(script).event;
  return { servers, inputs: inputs.map(({ id }) => id) };
}

function checkFiles(map: MapNode, looks: ReadonlyMap<string, Look>): Finding[] {
  return fileNames(map).flatMap(({ text, range }) => {
    const look = looks.get(text);
    if (look?.kind !== 'unreadable') return [];
    return [{ severity: 'warning', ...range, message: `Cannot pack "${text}": ${look.found}` }];
  });
}

/** The names under `files`; patterns may match what comes to be. */
function fileNames(map: MapNode): ScalarNode[] {
  const value = map.entries.find(({ key }) => key.text === 'files')?.value;
  const nodes = value?.kind === 'list' ? value.items : value ? [value] : [];
  return nodes.flatMap((node) => {
    const isName = node.kind === 'scalar' && node.value !== null && !/^[!/]|[*?{}[\]\\]/.test(node.text);
    return isName && !node.text.split('/').includes('..') ? [node] : [];
  });
}

function uniqueNames(maps: readonly MapNode[]): string[] {
  return [...new Set(maps.flatMap(fileNames).map(({ text }) => text))];
}

function headerMap({ text }: EventDocument): MapNode | undefined {
  const header = findHeader(text);
  return header && readHeader(header, () => {});
}
