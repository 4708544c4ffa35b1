/** Notes of one kind: a folder of keys must not bury what else is to be said. */
const MAX_NOTES = 10;

/** Where a file seems to hold a secret. */
export interface TokenPlace {
  readonly name: string;
  readonly what: string;
  readonly line: number;
}

/** Says which files stay here because they look like secrets. */
export function leftOutNotes(names: readonly string[]): string[] {
  return atMost(
    names.map((name) => `Left out ${name}: it looks like a secret; name it literally under "files" to take it along`),
    (rest) => `Left out ${rest} more files that look like secrets`,
  );
}

/** Says what seems to be a secret in the files that go along. */
export function tokenNotes(places: readonly TokenPlace[]): string[] {
  return atMost(
    places.map(
      ({ name, what, line }) =>
        `${name} seems to hold ${what} (line ${line}): name it under "secrets" and its value stays out of the payload`,
    ),
    (rest) => `${rest} more files seem to hold secrets`,
  );
}

function atMost(notes: readonly string[], describeRest: (rest: number) => string): string[] {
  if (notes.length <= MAX_NOTES) return [...notes];
  const named = notes.slice(0, MAX_NOTES - 1);
  return [...named, describeRest(notes.length - named.length)];
}
