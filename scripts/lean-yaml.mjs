// The runner's YAML package without its two regular expressions: package regexp alone is 260 KB of a runner that is sent to
// every fresh server. The module itself is the published one, checked by go.sum; only what is built for servers is changed.
import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';

const MODULE = 'go.yaml.in/yaml/v3';

/** Relative to the runner's folder: the path is written into the binary, so it is the same in every checkout. */
const LEAN = '../.cache/lean';

/** What is replaced, each exactly once; runner/lean/floats.go has the functions, and its test holds them to the expressions. */
const CHANGES = {
  'encode.go': [
    ['\t"regexp"\n', ''],
    ['var base60float = regexp.MustCompile(`^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\\.[0-9_]*)?$`)\n', ''],
    ['base60float.MatchString(s)', 'isBase60Text(s)'],
  ],
  'resolve.go': [
    ['\t"regexp"\n', ''],
    ['var yamlStyleFloat = regexp.MustCompile(`^[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?$`)\n', ''],
    ['yamlStyleFloat.MatchString(plain)', 'isYAMLStyleFloat(plain)'],
  ],
};

/** Makes the changed copy beside the checkout's caches; gives the module file to build with, relative to `source`. */
export async function prepareLeanModule(source) {
  const { stdout } = await promisify(execFile)('go', ['mod', 'download', '-json', MODULE], { cwd: source });
  const { Dir: original } = JSON.parse(stdout);
  const lean = join(source, LEAN);
  const copy = join(lean, 'yaml');
  await rm(lean, { recursive: true, force: true });
  await mkdir(copy, { recursive: true });
  const names = (await readdir(original)).filter((name) => !name.endsWith('_test.go') && !name.startsWith('.'));
  for (const name of names) {
    const text = await readFile(join(original, name), 'utf8');
    await writeFile(join(copy, name), change(text, CHANGES[name] ?? [], name));
  }
  await cp(join(source, 'lean/floats.go'), join(copy, 'floats.go'));
  await cp(join(source, 'go.sum'), join(lean, 'go.sum'));
  const moduleFile = await readFile(join(source, 'go.mod'), 'utf8');
  await writeFile(join(lean, 'go.mod'), `${moduleFile}\nreplace ${MODULE} => ${LEAN}/${basename(copy)}\n`);
  return { modfile: `${LEAN}/go.mod`, licences: ['LICENSE', 'NOTICE'].map((name) => join(copy, name)) };
}

/** A newer version of the module may not have these words any more: then nobody must believe that it was changed. */
function change(text, changes, name) {
  return changes.reduce((changed, [from, to]) => {
    const parts = changed.split(from);
    if (parts.length === 2) return parts.join(to);
    throw new Error(
      `Cannot change ${MODULE}/${name}: ${JSON.stringify(from)} is there ${parts.length - 1} times, not once`,
    );
  }, text);
}
