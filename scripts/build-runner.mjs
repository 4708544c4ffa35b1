// Builds the runner for every platform into dist/runners, with the table of hashes that the boot script carries.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const checkout = dirname(dirname(fileURLToPath(import.meta.url)));
// Functions are not copied into their callers: that makes the runner a tenth of a megabyte smaller, and nothing slower
// that was measured. Every byte of output passes the mask, which is left as it is.
const inlining = ['-gcflags=all=-l', '-gcflags=cronium.dev/runner/internal/mask='];
const flags = ['build', '-trimpath', '-buildvcs=false', ...inlining, '-ldflags', '-s -w -buildid='];
/** A first run on a fresh server sends these bytes; docs name the limits. */
const limits = { size: 3_000_000, gzip: 1_500_000 };
const platforms = [
  { os: 'linux', arch: 'amd64', env: {}, unames: ['Linux x86_64'] },
  { os: 'linux', arch: 'arm64', env: {}, unames: ['Linux aarch64'] },
  { os: 'linux', arch: 'arm', env: { GOARM: '6' }, unames: ['Linux armv7l', 'Linux armv6l', 'Linux armv8l'] },
  // Without the instructions that processors before 2001 lack; the runner calculates little.
  { os: 'linux', arch: '386', env: { GO386: 'softfloat' }, unames: ['Linux i686', 'Linux i586', 'Linux i386'] },
  { os: 'linux', arch: 'riscv64', env: {}, unames: ['Linux riscv64'] },
  { os: 'darwin', arch: 'amd64', env: {}, unames: ['Darwin x86_64'] },
  { os: 'darwin', arch: 'arm64', env: {}, unames: ['Darwin arm64'] },
];
/** A build uses more than one core at times, and memory always. */
const AT_ONCE = 2;

const run = promisify(execFile);
const compress = promisify(gzip);

/** Builds what has changed and returns the table; `dist/runners/table.json` holds the same. */
export async function buildRunners({ root = checkout, log = () => {} } = {}) {
  const out = join(root, 'dist', 'runners');
  const source = join(root, 'runner');
  const stamp = await hashInputs(source, root);
  const stampFile = join(out, 'stamp');
  const tableFile = join(out, 'table.json');
  if ((await readText(stampFile)) === stamp) {
    const table = await readText(tableFile);
    if (table !== undefined) return JSON.parse(table);
  }
  // Removed first: a build that stops half-way must not look like a finished one.
  await rm(stampFile, { force: true });
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  await mkdir(out, { recursive: true });
  const rows = [];
  const rest = platforms.entries();
  const builder = async () => {
    for (const [index, platform] of rest) {
      log(`Building the runner for ${platform.os}/${platform.arch}`);
      rows[index] = await buildPlatform(platform, { source, out });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, builder));
  const table = { version, platforms: rows.flat() };
  await writeFile(tableFile, `${JSON.stringify(table, null, 2)}\n`);
  await writeFile(stampFile, stamp);
  return table;
}

/** One sentence for each artifact that is too large. */
export function sizeProblems(table) {
  const problems = table.platforms.flatMap((row) => [
    ...tooLarge(row, row.size, limits.size, 'bytes'),
    ...tooLarge(row, row.gzip.size, limits.gzip, 'bytes compressed'),
  ]);
  return [...new Set(problems)];
}

function tooLarge(row, size, limit, unit) {
  if (size < limit) return [];
  return [`The runner for ${row.os}/${row.arch} has ${size} ${unit}; the limit is ${limit}`];
}

async function buildPlatform({ os, arch, env, unames }, { source, out }) {
  const folder = join(out, `${os}-${arch}`);
  await mkdir(folder, { recursive: true });
  const binary = join(folder, 'cronium-runner');
  const environment = { ...process.env, CGO_ENABLED: '0', GOFLAGS: '', GOOS: os, GOARCH: arch, ...env };
  await run('go', [...flags, '-o', binary, '.'], { cwd: source, env: environment });
  const bytes = await readFile(binary);
  // Only the compressed file is shipped.
  await rm(binary);
  const packed = await compress(bytes, { level: 9 });
  const file = `${os}-${arch}/cronium-runner.gz`;
  await writeFile(join(out, file), packed);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return unames.map((uname) => ({
    uname,
    os,
    arch,
    sha256,
    size: bytes.length,
    gzip: { file, size: packed.length },
  }));
}

/** A hash of all that decides what comes out. */
async function hashInputs(source, root) {
  const { stdout } = await run('go', ['version'], { cwd: source });
  const hash = createHash('sha256').update(JSON.stringify([stdout, flags, platforms]));
  hash.update(await readFile(join(root, 'package.json')));
  hash.update(await readFile(fileURLToPath(import.meta.url)));
  const names = await readdir(source, { recursive: true });
  const inputs = names
    .filter((name) => /(?:(?<!_test)\.go|go\.mod|go\.sum|^helpers[\\/].+\.(?:py|json|m?js|ts))$/.test(name))
    .sort();
  for (const name of inputs) {
    hash.update(`\0${relative('.', name).split(sep).join('/')}\0`).update(await readFile(join(source, name)));
  }
  return hash.digest('hex');
}

async function readText(file) {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    if (cause.code === 'ENOENT') return undefined;
    throw cause;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const table = await buildRunners({ log: (line) => console.error(line) });
  const problems = process.argv.includes('--check-size') ? sizeProblems(table) : [];
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
}
