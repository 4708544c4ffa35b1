import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { runFaults } from './fault-runs.mjs';

const checkout = resolve(import.meta.dirname, '..');

/** Every guard of `test/faults/guards/`. */
export async function readGuards() {
  const files = globSync('test/faults/guards/**/*.ts', { cwd: checkout }).sort();
  const modules = await Promise.all(files.map((file) => import(join(checkout, file))));
  return modules.flatMap((module) => module.GUARDS ?? []);
}

/**
 * Takes each guard away in a copy of the tree, builds it and runs the tests of its IDs, each of which must fail. Says which guards
 * nobody would miss.
 */
export async function checkGuards(only) {
  const guards = (await readGuards()).filter(({ ids }) => !only || ids.some((id) => only.includes(id)));
  const copy = copyTree();
  const rows = [];
  try {
    for (const guard of guards) {
      const began = performance.now();
      const verdict = await tryWithout(guard, copy, only);
      rows.push({ guard, verdict });
      const seconds = Math.round((performance.now() - began) / 1000);
      console.log(
        `${verdict.padEnd(28)} ${guard.ids.join(' ').padEnd(12)} ${guard.file}: ${guard.name} (${seconds} s)`,
      );
    }
  } finally {
    rmSync(copy, { recursive: true, force: true, maxRetries: 5 });
  }
  const bad = rows.filter(({ verdict }) => verdict !== 'missed');
  console.log(`\n${rows.length - bad.length} of ${rows.length} guards are missed by the tests of their faults`);
  return bad.length === 0 && rows.length > 0 ? 0 : 1;
}

function copyTree() {
  const copy = mkdtempSync(join(tmpdir(), 'cronium-guards-'));
  const listed = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  for (const file of execFileSync('git', listed, { cwd: checkout, encoding: 'utf8' }).split('\0')) {
    if (file === '') continue;
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    cpSync(join(checkout, file), join(copy, file));
  }
  cpSync(join(checkout, 'dist'), join(copy, 'dist'), { recursive: true });
  symlinkSync(join(checkout, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}

async function tryWithout(guard, copy, only) {
  const file = join(copy, guard.file);
  const text = readFileSync(file, 'utf8');
  if (text.split(guard.find).length !== 2) return `its text is there ${text.split(guard.find).length - 1} times`;
  writeFileSync(
    file,
    text.replace(guard.find, () => guard.replace),
  );
  try {
    const built = spawnSync(process.execPath, ['esbuild.mjs'], { cwd: copy, encoding: 'utf8' });
    if (built.status !== 0) return `it does not build: ${built.stderr.trim().split('\n')[0]}`;
    const ids = only ? guard.ids.filter((id) => only.includes(id)) : guard.ids;
    const { verdicts } = await runFaults(copy, { only: ids, stdio: 'ignore' });
    const unmoved = ids.filter((id) => !verdicts.get(id)?.failed);
    return unmoved.length === 0 ? 'missed' : `NOT MISSED by ${unmoved.join(' ')}`;
  } finally {
    writeFileSync(file, text);
  }
}
