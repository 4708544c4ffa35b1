import { readFileSync, writeFileSync } from 'node:fs';

const README = new URL('../test/faults/README.md', import.meta.url);
const PLACE = /(?<=<!-- guards -->\n)[\s\S]*?(?=<!-- \/guards -->)/;

/** The list of guards as it must stand in the README of the bench, and as it does. */
export function guardList(guards) {
  const number = (id) => (id.startsWith('T') ? 1_000 : 0) + Number(id.slice(1));
  const rows = guards
    .map(({ ids, name, file }) => ({ ids: [...ids].sort((a, b) => number(a) - number(b)), name, file }))
    .sort((a, b) => number(a.ids[0]) - number(b.ids[0]) || (a.name < b.name ? -1 : 1))
    .map(({ ids, name, file }) => `- ${ids.join(' ')}: ${name} (\`${file}\`)\n`);
  return {
    expected: `\n${rows.join('')}\n`,
    found: PLACE.exec(readFileSync(README, 'utf8'))?.[0],
  };
}

export function writeGuardList(guards) {
  const text = readFileSync(README, 'utf8');
  writeFileSync(
    README,
    text.replace(PLACE, () => guardList(guards).expected),
  );
}
