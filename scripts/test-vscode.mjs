// All of VS Code: the suites inside the extension host, then the tour over the screen that takes the pictures of the documents.
//
//   node scripts/test-vscode.mjs              in the rig (code-server and Chromium)
//   node scripts/test-vscode.mjs --electron   the suites in a desktop VS Code that is downloaded
//   node scripts/test-vscode.mjs --typing     measures how typing feels while a script prints 100 MB
import { run } from './run.mjs';

const { execPath } = process;
/** The tests are TypeScript that this Node runs as it is. */
const TYPESCRIPT = '--disable-warning=MODULE_TYPELESS_PACKAGE_JSON';
const VSIX = 'dist/cronium.vsix';
const mode = process.argv[2];

await run('build', execPath, ['esbuild.mjs']);
await run('package', execPath, ['scripts/package.mjs']);
if (mode === '--electron') {
  await run('a desktop VS Code', execPath, [TYPESCRIPT, 'test/vscode/run-electron.ts', VSIX]);
} else {
  await run('a real VS Code', 'sh', ['test/vscode/setup.sh']);
  if (mode === '--typing') {
    await run('typing', execPath, [TYPESCRIPT, 'test/vscode/measure-typing.ts', VSIX]);
  } else {
    await run('inside the host', execPath, [TYPESCRIPT, 'test/vscode/run-host.ts', VSIX]);
    const tour = ['test/vscode/run-workbench.ts', VSIX, '--walk', 'test/vscode/tour.ts'];
    await run('the tour over the screen', execPath, [TYPESCRIPT, ...tour]);
  }
}
