// Packs dist/ as one VSIX for every platform, dist/cronium.vsix, and says how large it is.
//
//   node scripts/package.mjs [--twice]    packs again after a file was touched, and stops when the two are not the same
import { readFile, rm, stat, utimes } from 'node:fs/promises';
import { run } from './run.mjs';

const TARGET = 'dist/cronium.vsix';

/** A download that nobody thinks about; most of it are the runners and SQLite for eight platforms. */
const MAX_BYTES = 20 * 1024 * 1024;

/** What a window reads, the first of it when it starts. */
const CODE = ['extension', 'domain', 'engine'].map((name) => `dist/${name}.js`);
const MAX_CODE_BYTES = 1_000_000;

// No repository on the web is named yet, so the links of the README stay as they are written; its picture is packed.
const options = ['--no-dependencies', '--allow-missing-repository', '--no-rewrite-relative-links'];
// The same contents are the same package, whenever and wherever they are packed.
Object.assign(process.env, { SOURCE_DATE_EPOCH: '1767225600', TZ: 'UTC' });
const pack = (target) => run('package', 'node_modules/.bin/vsce', ['package', ...options, '--out', target]);
await pack(TARGET);
if (process.argv.includes('--twice')) await packAgain();
const { size } = await stat(TARGET);
const mebibytes = (bytes) => `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
const sizes = await Promise.all(CODE.map(async (file) => (await stat(file)).size));
const code = sizes.reduce((sum, one) => sum + one, 0);
console.log(
  `${TARGET}: ${mebibytes(size)}; code ${Math.round(code / 1000)} kB, at the start ${Math.round(sizes[0] / 1000)} kB`,
);
if (size > MAX_BYTES) refuse(`The package is larger than ${mebibytes(MAX_BYTES)}`);
if (code > MAX_CODE_BYTES) refuse(`The code is larger than ${MAX_CODE_BYTES / 1000} kB`);

async function packAgain() {
  const again = 'dist/again.vsix';
  await utimes(CODE[0], new Date(), new Date());
  await pack(again);
  const [one, other] = await Promise.all([readFile(TARGET), readFile(again)]);
  await rm(again);
  if (!one.equals(other)) refuse('Two packages of the same contents differ');
}

function refuse(message) {
  console.error(message);
  process.exit(1);
}
