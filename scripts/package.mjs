// Packs dist/ as one VSIX for every platform, dist/cronium.vsix, and says how large it is.
import { stat } from 'node:fs/promises';
import { run } from './run.mjs';

const TARGET = 'dist/cronium.vsix';

/** A download that nobody thinks about; most of it are the runners and SQLite for eight platforms. */
const MAX_BYTES = 20 * 1024 * 1024;

/** What every window reads. */
const CODE = 'dist/extension.js';
const MAX_CODE_BYTES = 1_000_000;

// No repository on the web is named yet, so the links of the README stay as they are written; its picture is packed.
const options = ['--no-dependencies', '--allow-missing-repository', '--no-rewrite-relative-links'];
await run('package', 'node_modules/.bin/vsce', ['package', ...options, '--out', TARGET]);
const { size } = await stat(TARGET);
const mebibytes = (bytes) => `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
const code = (await stat(CODE)).size;
console.log(`${TARGET}: ${mebibytes(size)}, of it ${CODE}: ${Math.round(code / 1000)} kB before compression`);
if (size > MAX_BYTES) refuse(`The package is larger than ${mebibytes(MAX_BYTES)}`);
if (code > MAX_CODE_BYTES) refuse(`${CODE} is larger than ${MAX_CODE_BYTES / 1000} kB`);

function refuse(message) {
  console.error(message);
  process.exit(1);
}
