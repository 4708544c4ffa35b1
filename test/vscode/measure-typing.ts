// Measures how long a typed key takes to show while a script prints 100 MB, and while nothing runs. Prints a table; decides nothing.
//
//   node test/vscode/measure-typing.ts <extension.vsix>
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { outputText } from './output.ts';
import { type Stage, setStage } from './stage.ts';
import { until } from './until.ts';

const KEYS = 120;
const PAUSE_MS = 120;

const FLOOD = `#!/bin/sh
# cronium:
#   name: Flood
#   servers: [web-1]
yes 'a line of output as a build prints it, about a hundred characters long, again and again and again ....' | head -c 100000000
`;

/** Notes for each key how long it was from its press to the next frame behind the editor's change. */
const WATCH = `(() => {
  const waits = (window.typingWaits = []);
  document.addEventListener('keydown', (event) => {
    const pressed = event.timeStamp;
    const lines = document.querySelector('.part.editor .view-lines');
    const observer = new MutationObserver(() => {
      observer.disconnect();
      requestAnimationFrame(() => waits.push(performance.now() - pressed));
    });
    observer.observe(lines, { subtree: true, childList: true, characterData: true });
  }, true);
})()`;

await main();

async function main(): Promise<void> {
  await using opened = new AsyncDisposableStack();
  const stage = await setStage(
    {
      vsix: resolve(process.argv[2] ?? 'dist/cronium.vsix'),
      shotsDir: resolve('.cache/vscode-shots'),
      settings: { 'cronium.sshConfigFile': '~/.ssh/config', 'cronium.codeLens.enabled': false },
      files: { 'flood.sh': FLOOD, 'notes.txt': 'notes\n' },
      sshAliases: ['web-1'],
    },
    opened,
  );
  const { workbench } = stage;
  await workbench.openContainer('Cronium');
  await workbench.row('Flood', { view: 'Events' }).waitFor();
  await workbench.openFile('notes.txt');
  await workbench.page.evaluate(WATCH);
  const quiet = await typeKeys(stage);
  await workbench.pressRowButton('Flood', 'Run Event');
  await until('the flood', () => outputText(stage.server, 'Cronium Flood').length > 0 || undefined);
  const loaded = await typeKeys(stage);
  const rows = await workbench.rows({ view: 'Runs' });
  console.log(`while nothing runs:      ${describe(quiet)}`);
  console.log(`while 100 MB are printed: ${describe(loaded)}   (${rows[0] ?? 'no run'})`);
}

async function typeKeys({ workbench: { page } }: Stage): Promise<readonly number[]> {
  await page.locator('.part.editor .monaco-editor .view-lines').first().click();
  await page.evaluate('void (window.typingWaits.length = 0)');
  for (let key = 0; key < KEYS; key++) {
    await page.keyboard.type('x');
    await delay(PAUSE_MS);
  }
  return await page.evaluate<number[]>('window.typingWaits');
}

function describe(waits: readonly number[]): string {
  const sorted = [...waits].sort((one, other) => one - other);
  const at = (part: number): string => (sorted[Math.floor(part * (sorted.length - 1))] ?? Number.NaN).toFixed(0);
  return `${waits.length} keys, median ${at(0.5)} ms, 95 % ${at(0.95)} ms, worst ${at(1)} ms`;
}
