// Walks through the packaged extension in a real VS Code, on the screen. Exit code 0: every step was seen.
//
//   node test/vscode/run-workbench.ts <extension.vsix> [--walk test/vscode/walk.ts] [--shots <folder>]
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { type Stage, setStage } from './stage.ts';
import { runSteps, type Walk } from './steps.ts';

process.exitCode = await main();

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      walk: { type: 'string', default: resolve(import.meta.dirname, 'walk.ts') },
      shots: { type: 'string', default: resolve('.cache/vscode-shots') },
    },
  });
  const [vsix] = positionals;
  if (vsix === undefined) {
    console.error('Which extension? node test/vscode/run-workbench.ts <extension.vsix>');
    return 2;
  }
  const { walk } = (await import(pathToFileURL(resolve(values.walk)).href)) as { walk: Walk };
  const opened = new AsyncDisposableStack();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => void opened.disposeAsync().then(() => process.exit(130)));
  }
  const shotsDir = resolve(values.shots);
  let stage: Stage | undefined;
  try {
    stage = await setStage({ ...walk.stage, vsix: resolve(vsix), shotsDir }, opened);
    await runSteps(stage, walk.steps);
    return 0;
  } catch (error) {
    if (opened.disposed) return 130;
    console.error(error);
    await stage?.workbench.shot('failure');
    if (stage !== undefined) console.error(`Pictures in "${shotsDir}"; logs kept in "${stage.keep()}"`);
    return 1;
  } finally {
    await opened.disposeAsync();
  }
}
