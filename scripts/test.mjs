// The whole test matrix: the check, the bundles, then the real servers and the real editor.
import { run } from './run.mjs';

const { execPath } = process;
/** The tests are TypeScript that this Node runs as it is. */
const TYPESCRIPT = '--disable-warning=MODULE_TYPELESS_PACKAGE_JSON';
const VSIX = 'dist/cronium.vsix';

await run('check', execPath, ['scripts/check.mjs']);
await run('build', execPath, ['esbuild.mjs']);
await run('against real servers', 'node_modules/.bin/vitest', ['run', '--project', 'e2e']);
await run('package', execPath, ['scripts/package.mjs', '--twice']);
await run('a real VS Code', 'sh', ['test/vscode/setup.sh']);
await run('inside its host', execPath, [TYPESCRIPT, 'test/vscode/run-host.ts', VSIX]);
await run('the walk over its screen', execPath, [TYPESCRIPT, 'test/vscode/run-workbench.ts', VSIX]);
