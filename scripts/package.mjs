// Packs dist/ as one VSIX for every platform, dist/cronium.vsix, and says how large it is.
import { stat } from 'node:fs/promises';
import { run } from './run.mjs';

const TARGET = 'dist/cronium.vsix';

/** A download that nobody thinks about; most of it are the runners and SQLite for eight platforms. */
const MAX_BYTES = 20 * 1024 * 1024;

await run('package', 'node_modules/.bin/vsce', ['package', '--no-dependencies', '--out', TARGET]);
const { size } = await stat(TARGET);
const mebibytes = (bytes) => `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
console.log(`${TARGET}: ${mebibytes(size)}`);
if (size > MAX_BYTES) {
  console.error(`The package is larger than ${mebibytes(MAX_BYTES)}`);
  process.exit(1);
}
