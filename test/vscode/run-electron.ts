// Runs the suites of the extension host in a desktop VS Code, which it downloads: for machines that reach VS Code's update server.
//
//   node test/vscode/run-electron.ts <extension.vsix> [--version stable]
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { downloadAndUnzipVSCode, resolveCliArgsFromVSCodeExecutablePath, runTests } from '@vscode/test-electron';
import { type Act, acts } from './host/acts.ts';
import { bundleSuites } from './host/bundle.ts';
import { homeOf } from './server.ts';
import { QUIET, RESTRICTED } from './settings.ts';
import { setHome } from './stage.ts';

const OUT = resolve('.cache/vscode-host');
const MOCHA = resolve('node_modules/mocha');

process.exitCode = await main();

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { version: { type: 'string', default: 'stable' } },
  });
  const [vsix] = positionals;
  if (vsix === undefined) {
    console.error('Which extension? node test/vscode/run-electron.ts <extension.vsix>');
    return 2;
  }
  const executable = await downloadAndUnzipVSCode(values.version).catch((cause: unknown) => {
    console.error(`Cannot download VS Code "${values.version}": ${cause instanceof Error ? cause.message : cause}`);
    return undefined;
  });
  if (executable === undefined) return 1;
  await bundleSuites(OUT);
  for (const act of acts) await perform(act, { executable, vsix: resolve(vsix) });
  return 0;
}

async function perform(act: Act, { executable, vsix }: { executable: string; vsix: string }): Promise<void> {
  await using opened = new AsyncDisposableStack();
  const dir = mkdtempSync(join(tmpdir(), 'cronium-'));
  opened.defer(() => rmSync(dir, { recursive: true, force: true, maxRetries: 5 }));
  const { folder } = await setHome(dir, act.stage, opened);
  const dataDir = join(dir, 'data');
  mkdirSync(join(dataDir, 'User'), { recursive: true });
  const settings = { ...QUIET, ...(act.stage.trust ? RESTRICTED : {}), ...act.stage.settings };
  writeFileSync(join(dataDir, 'User/settings.json'), JSON.stringify(settings));
  const places = ['--user-data-dir', dataDir, '--extensions-dir', join(dir, 'extensions')];
  const [cli = executable, ...args] = resolveCliArgsFromVSCodeExecutablePath(executable);
  const install = spawnSync(cli, [...args, ...places, '--install-extension', vsix, '--force'], { stdio: 'inherit' });
  if (install.status !== 0) throw new Error(`Cannot install "${vsix}"`);
  for (const { file, ending } of act.suites) {
    const done = runTests({
      vscodeExecutablePath: executable,
      extensionDevelopmentPath: join(import.meta.dirname, 'host'),
      extensionTestsPath: join(OUT, `${file}.cjs`),
      extensionTestsEnv: { HOME: homeOf(dir), CRONIUM_TEST_MOCHA: MOCHA },
      launchArgs: [folder, ...places, ...(act.stage.trust ? [] : ['--disable-workspace-trust'])],
    });
    // A suite that ends its own host ends in an error, whatever it has done.
    await (ending === 'killed' ? done.catch(() => 0) : done);
    console.log(`ok ${act.name}: ${file}`);
  }
}
