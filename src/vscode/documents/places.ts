import { posix } from 'node:path';

/** A place in a file that a line of a log names. Offsets are in the line, `end` exclusive; line and column count from 1. */
export interface NamedPlace {
  readonly start: number;
  readonly end: number;
  /** Below the root of the payload, with forward slashes. */
  readonly path: string;
  readonly line: number;
  readonly column?: number;
}

/** Longer lines are data, not messages for people. */
const MAX_LINE_CHARACTERS = 2_000;

/** Where a job's files are on a server: what is before a name that the payload knows. */
const WORK_FOLDER = /^.*\/jobs\/[0-9a-f]{32}\/work\//;

/** Most lines name no place; this says so quickly. */
const MAY_NAME_A_PLACE = /:\s?\d|line \d/;

/** A time of day or an address, most likely. */
const IS_NUMBER = /^[\d.]+$/;

/** A name as in messages, from its beginning on: a long word is tried once. */
const NAME = String.raw`(?<![^\s"'()\[\]{}<>|=,;])[^\s:"'()\[\]{}<>|=,;]{1,300}`;

/** `File "x.py", line 3` · `x.sh: line 3` · `x.pl line 3` · `x.php on line 3` · `x.js:3:5` · `x.sh: 3:` */
const PLACES = new RegExp(
  [
    String.raw`File "(?<quoted>[^"]{1,300})", line (?<line1>\d+)`,
    String.raw`(?<name2>${NAME})(?:: line| on line| line) (?<line2>\d+)`,
    String.raw`(?<name3>${NAME}):(?<line3>\d+)(?::(?<column>\d+))?`,
    String.raw`(?<name4>${NAME}): (?<line4>\d+)(?=:)`,
  ].join('|'),
  'g',
);

/** The places that a line names, as far as they can be in the payload. Whether there are such files is for others to say. */
export function findPlaces(line: string): NamedPlace[] {
  if (line.length > MAX_LINE_CHARACTERS || !MAY_NAME_A_PLACE.test(line)) return [];
  const places: NamedPlace[] = [];
  for (const { index: start, 0: text, groups = {} } of line.matchAll(PLACES)) {
    const { quoted, name2, name3, name4, line1, line2, line3, line4, column } = groups;
    const path = payloadPath(quoted ?? name2 ?? name3 ?? name4 ?? '');
    const number = Number(line1 ?? line2 ?? line3 ?? line4);
    if (path === undefined || number < 1 || IS_NUMBER.test(path)) continue;
    const place = { start, end: start + text.length, path, line: number };
    places.push(column === undefined ? place : { ...place, column: Number(column) });
  }
  return places;
}

/** The name below the payload's root of a file that a script names; undefined for what is not in the payload. */
export function payloadPath(name: string): string | undefined {
  const below = name.replace(WORK_FOLDER, '');
  if (below === '' || below.startsWith('/') || below.includes('\\') || /^[A-Za-z][A-Za-z0-9+.-]*:/.test(below)) {
    return undefined;
  }
  const path = posix.normalize(below);
  return path === '.' || path === '..' || path.startsWith('../') || path.endsWith('/') ? undefined : path;
}
