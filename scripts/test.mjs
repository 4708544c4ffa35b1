// The whole test matrix: the check, the bundles, then the real servers and the real editor.
import { run } from './run.mjs';

const { execPath } = process;

await run('check', execPath, ['scripts/check.mjs']);
await run('build', execPath, ['esbuild.mjs']);
await run('against real servers', 'node_modules/.bin/vitest', ['run', '--project', 'e2e']);
await run('package', execPath, ['scripts/package.mjs']);
await run('a real VS Code', 'sh', ['test/vscode/setup.sh']);
await run('the walk through it', execPath, [
  // The walk is TypeScript that this Node runs as it is.
  '--disable-warning=MODULE_TYPELESS_PACKAGE_JSON',
  'test/vscode/run-workbench.ts',
  'dist/cronium.vsix',
]);
