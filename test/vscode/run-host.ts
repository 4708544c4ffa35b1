// Runs suites inside the extension host of a real VS Code, beside the installed extension. Exit code 0: every test passed.
//
//   node test/vscode/run-host.ts <extension.vsix> [--only <act>]
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Act, acts, type Suite } from './host/acts.ts';
import { bundleSuites } from './host/bundle.ts';
import type { Report } from './host/mocha.ts';
import { type Scene, setScene } from './stage.ts';
import { Workbench } from './workbench.ts';

const LIMIT_MS = 180_000;
const OUT = resolve('.cache/vscode-host');

process.exitCode = await main();

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { only: { type: 'string' } } });
  const [vsix] = positionals;
  if (vsix === undefined) {
    console.error('Which extension? node test/vscode/run-host.ts <extension.vsix>');
    return 2;
  }
  await bundleSuites(OUT);
  let code = 0;
  for (const act of acts.filter(({ name }) => name === (values.only ?? name))) {
    if (!(await perform(act, resolve(vsix)))) code = 1;
  }
  return code;
}

/** Plays the suites of an act one after the other, in the same home and over the same servers. */
async function perform(act: Act, vsix: string): Promise<boolean> {
  await using opened = new AsyncDisposableStack();
  const begin = performance.now();
  let scene: Scene | undefined;
  try {
    const report = join(OUT, `${act.name}.json`);
    const env = { ...act.stage.env, CRONIUM_TEST_REPORT: report, CRONIUM_TEST_MOCHA: resolve('node_modules/mocha') };
    scene = await setScene({ ...act.stage, vsix, shotsDir: OUT, env, runsSuites: true }, opened);
    const host = await openHost(scene);
    for (const suite of act.suites) {
      rmSync(report, { force: true });
      await host.run(suite);
      if (suite.ending === 'killed') console.log(`ok   ${suite.file}: the host was killed`);
      else if (!tell(suite, report)) throw new Error(`The suite "${suite.file}" failed`);
    }
    console.log(`ok ${((performance.now() - begin) / 1000).toFixed(1)} s  ${act.name}`);
    return true;
  } catch (error) {
    console.error(error);
    if (scene) console.error(`Pictures in "${OUT}"; logs kept in "${scene.keep()}"`);
    return false;
  }
}

/** Says how each test ended. A host that dies looks like one that has passed, so a missing report is a failure. */
function tell(suite: Suite, file: string): boolean {
  if (!existsSync(file)) {
    console.error(`The suite "${suite.file}" left no report: its host has died, or it could not be loaded`);
    return false;
  }
  const { failures, results } = JSON.parse(readFileSync(file, 'utf8')) as Report;
  for (const { title, error } of results)
    console.log(error === undefined ? `ok   ${title}` : `FAIL ${title}\n${error}`);
  return failures === 0 && results.length > 0;
}

/** Opens a window for each suite; VS Code tells the page when the host has run it. */
async function openHost({ browser, server }: Scene): Promise<{ run(suite: Suite): Promise<void> }> {
  let ended = Promise.withResolvers<void>();
  await browser.exposeFunction('codeAutomationLog', () => {});
  await browser.exposeFunction('codeAutomationExit', () => ended.resolve());
  const uri = (path: string): string => `vscode-remote://${server.host}${encodeURI(path)}`;
  return {
    run: async ({ file }) => {
      ended = Promise.withResolvers();
      const workbench = await Workbench.open(browser, server, {
        shotsDir: OUT,
        payload: [
          ['extensionDevelopmentPath', uri(join(import.meta.dirname, 'host'))],
          ['extensionTestsPath', uri(join(OUT, `${file}.cjs`))],
          ['skipWelcome', 'true'],
        ],
      });
      const late = new Error(`The suite "${file}" did not end in ${LIMIT_MS / 1000} s`);
      const timer = setTimeout(() => ended.reject(late), LIMIT_MS);
      try {
        await ended.promise;
      } catch (error) {
        await workbench.shot(`host ${file}`);
        throw error;
      } finally {
        clearTimeout(timer);
        await workbench.page.close();
      }
    },
  };
}
