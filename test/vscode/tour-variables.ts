import { printed, untilPrinted, untilRow } from './acting.ts';
import type { Stage } from './stage.ts';
import { stubbornly, until } from './until.ts';

/** What scripts share, as a person looks after it in the view of the variables. */

export const RELEASE = `#!/usr/bin/env bash
# cronium:
#   name: Release
#   servers: [web-1, web-2, web-3]
version=$(cronium.getVariable app.version)
echo "installing $version on $CRONIUM_SERVER"
cronium.setVariable installed "$version" --scope server
cronium.output version "$version"
until count=$(cronium.getVariable releases --default 0)
  cronium.setVariable releases $((count + 1)) --json --if-unchanged 2>/dev/null; do
  [ $? = 4 ] || exit 1
done
echo "the key is $(cronium.getVariable deploy.key)"
`;

const VIEW = { view: 'Variables' };
const SECRET = 'hunter2-hunter2';

export async function variablesAreAdded({ workbench }: Stage): Promise<void> {
  await workbench.openContainer('Cronium');
  await workbench.unfold('Variables');
  await workbench.runCommand('Cronium: Add Variable…');
  await workbench.pick('Global');
  await workbench.answer('app.version');
  await workbench.pick('Text');
  await workbench.answer('1.4.2');
  await workbench.row('app.version', VIEW).waitFor();
  await workbench.pressRowButton('Global', 'Add Variable…', VIEW);
  await workbench.answer('deploy.key');
  await workbench.pick('Secret');
  await workbench.answer(SECRET);
  await workbench.row('deploy.key', VIEW).waitFor();
}

export async function scriptsOnThreeServersShareThem(stage: Stage): Promise<void> {
  const { workbench } = stage;
  await workbench.pressRowButton('Release', 'Run Event');
  await untilPrinted(stage, 'Release', ['installing 1.4.2 on web-3', 'the key is ***', '✓ web-3']);
  if (printed(stage, 'Release').includes(SECRET)) throw new Error('The secret is in the output');
  await untilRow(stage, 'Variables', /Variable releases, 3/);
  await untilRow(stage, 'Runs', /Release.*succeeded/);
  await workbench.openFile('release.sh');
  // Room for what the picture is of.
  for (const view of ['Servers', 'Runs']) await workbench.fold(view);
  await until('all of the variables', async () => {
    const rows = await workbench.rows(VIEW);
    return rows.filter((row) => /^Variable /.test(row)).length === 6 || undefined;
  });
}

export async function aVariableIsCopied({ workbench }: Stage): Promise<void> {
  await workbench.pressRowButton('app.version', 'Copy Value', VIEW);
  await workbench.untilPasted('1.4.2');
  await workbench.pickRowMenu('app.version', 'Copy Name', VIEW);
  await workbench.untilPasted('app.version');
}

export async function theOutputsOfARunAreCopied({ workbench }: Stage): Promise<void> {
  await workbench.pickRowMenu('Release', 'Copy Outputs', { view: 'Runs' });
  const outputs = ['web-1', 'web-2', 'web-3'].map((server) => [server, { version: '1.4.2' }]);
  await workbench.untilPasted(JSON.stringify(Object.fromEntries(outputs)));
}

export async function aVariableIsEdited(stage: Stage): Promise<void> {
  const { workbench } = stage;
  await workbench.pressRowButton('app.version', 'Edit Variable', VIEW);
  await workbench.pick('Text');
  await workbench.answer('1.5.0');
  await untilRow(stage, 'Variables', /Variable app\.version, 1\.5\.0/);
  await workbench.pressRowButton('Release', 'Run Event');
  await untilPrinted(stage, 'Release', ['installing 1.5.0 on web-1']);
}

export async function aVariableIsFoundWhereItIsUsed({ workbench }: Stage): Promise<void> {
  await workbench.openFile('deploy.sh');
  await stubbornly(async () => {
    // An editor that has just been opened takes the focus, and with that what is chosen from goes.
    await workbench.pressRowButton('app.version', 'Find Uses', VIEW);
    const use = workbench.page.locator('.quick-input-list .monaco-list-row', { hasText: 'release.sh' }).first();
    await use.click({ timeout: 4_000 });
  });
  await workbench.page.locator('.tabs-container .tab.active[data-resource-name="release.sh"]').waitFor();
}

export async function aVariableIsDeleted({ workbench }: Stage): Promise<void> {
  await workbench.pickRowMenu('app.version', 'Delete Variable', VIEW);
  await workbench.pressDialogButton('Delete the variable app.version?', 'Delete');
  await workbench.row('app.version', VIEW).waitFor({ state: 'detached' });
}

/** A secret is never on the screen: not in its row, not over it, not where it is edited. */
export async function aSecretIsNotShown({ workbench }: Stage): Promise<void> {
  await workbench.pressRowButton('deploy.key', 'Edit Variable', VIEW);
  await workbench.pick('Secret');
  const box = workbench.page.locator('.quick-input-widget input.input').first();
  await until('an empty box that hides what is typed', async () => {
    const isHidden = (await box.getAttribute('type')) === 'password';
    return (isHidden && (await box.inputValue()) === '') || undefined;
  });
  await workbench.page.keyboard.press('Escape');
  const shown = await workbench.page.locator('.monaco-workbench', { hasText: SECRET }).isVisible();
  if (shown) throw new Error('The secret is on the screen');
}
