// Writes l10n/bundle.l10n.json: the texts of the extension's code, for those who translate them.
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { argv } from 'node:process';
import { pathToFileURL } from 'node:url';

const SOURCES = 'src/vscode';
const TARGET = 'l10n/bundle.l10n.json';

/** A call with its text: one literal, which may hold escapes, but nothing that is put together. */
const CALL = /\bl10n\.t\(\s*(?:'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\$]|\\.)*)`)?\s*([,)]?)/g;

/** The texts that a source file hands to `l10n.t`. Throws for one that no translator could find. */
export function textsOf(source, file) {
  return [...source.matchAll(CALL)].map((call) => {
    const literal = call[1] ?? call[2] ?? call[3];
    if (literal === undefined || call[4] === '') {
      const line = source.slice(0, call.index).split('\n').length;
      throw new Error(`Cannot read the text of "l10n.t" in ${file}:${line}: it is not one literal`);
    }
    return literal.replace(/\\(?:u\{([0-9a-f]+)\}|u([0-9a-f]{4})|(.))/gi, (_, long, short, other) =>
      other === undefined ? String.fromCodePoint(Number.parseInt(long ?? short, 16)) : other === 'n' ? '\n' : other,
    );
  });
}

/** All texts of the extension's code, each under itself, in the order of the alphabet. */
export async function bundle() {
  const files = (await readdir(SOURCES, { recursive: true })).filter((file) => file.endsWith('.ts'));
  const texts = await Promise.all(
    files.map(async (file) => textsOf(await readFile(join(SOURCES, file), 'utf8'), join(SOURCES, file))),
  );
  return Object.fromEntries([...new Set(texts.flat())].sort().map((text) => [text, text]));
}

if (import.meta.url === pathToFileURL(argv[1] ?? '').href) {
  await mkdir('l10n', { recursive: true });
  await writeFile(TARGET, `${JSON.stringify(await bundle(), undefined, 2)}\n`);
}
