// Builds everything into dist/: the runner for each platform, the command line, the extension, the demo.
import { cp, mkdir, readFile, rm } from 'node:fs/promises';
import { build } from 'esbuild';
import { buildExtension } from './scripts/build-extension.mjs';
import { buildRunners } from './scripts/build-runner.mjs';
import { ownSha512 } from './scripts/own-sha512.mjs';

const { version } = JSON.parse(await readFile('package.json', 'utf8'));
const bundle = {
  bundle: true,
  platform: 'node',
  target: 'node22',
  format: 'cjs',
  // ssh2 looks for compiled extras and does without them; SQLite's binary is loaded by its path.
  external: ['cpu-features', '*.node'],
  // A stack trace in a bug report shall name what it passed.
  keepNames: true,
  // Some packages ask where their module is; in a CommonJS bundle that is the bundle itself.
  define: { 'import.meta.url': 'bundleUrl', CRONIUM_VERSION: JSON.stringify(version) },
  banner: { js: "const bundleUrl = require('node:url').pathToFileURL(__filename).href;" },
  plugins: [ownSha512],
  legalComments: 'external',
  sourcemap: 'linked',
  sourcesContent: false,
  logLevel: 'warning',
};

await mkdir('dist', { recursive: true });
await Promise.all([
  buildRunners(),
  // `vscode` is not external here: a stray import of it below the shells breaks this build.
  build({
    ...bundle,
    entryPoints: { cli: 'src/cli/main.ts', demo: 'scripts/demo.ts' },
    outdir: 'dist',
    banner: { js: `#!/usr/bin/env node\n${bundle.banner.js}` },
  }),
  buildExtension(bundle),
  copySqlite(),
]);

/** SQLite's prebuilt Node-API binaries, one a platform, beside the bundles that load them. */
async function copySqlite() {
  await rm('dist/sqlite', { recursive: true, force: true });
  await cp('node_modules/better-sqlite3/prebuilds', 'dist/sqlite', { recursive: true });
}
