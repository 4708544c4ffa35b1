import { resolve } from 'node:path';
import { printed, untilDrawn, untilPrinted, untilRow } from './acting.ts';
import { PASSPHRASE, type Stage } from './stage.ts';
import type { Walk } from './steps.ts';
import {
  aSecretIsNotShown,
  aVariableIsCopied,
  aVariableIsDeleted,
  aVariableIsEdited,
  aVariableIsFoundWhereItIsUsed,
  RELEASE,
  scriptsOnThreeServersShareThem,
  theOutputsOfARunAreCopied,
  variablesAreAdded,
} from './tour-variables.ts';
import { until } from './until.ts';

const PICTURES = resolve('docs/images');

const DEPLOY = `#!/usr/bin/env bash
# cronium:
#   name: Deploy app
#   servers: [web-1, web-2, web-3]
for step in "fetch release 1.4.2" "migrate the database" "restart the service"; do
  printf '\\033[36m==>\\033[0m %s\\n' "$step"
  sleep 1
done
printf '\\033[32mdone\\033[0m on %s\\n' "$CRONIUM_SERVER"
`;

const CHECK = `#!/bin/sh
# cronium:
#   name: Check disks
#   servers: [web-1, web-2, web-3]
echo "looking at the disks of $CRONIUM_SERVER"
if [ "$CRONIUM_SERVER" = web-2 ]; then
  echo "/var is 97 % full" >&2
  echo "scripts/check.sh:9: stopping here" >&2
  exit 2
fi
echo "/var is 41 % full"
`;

const COUNT = `#!/usr/bin/env python3
# cronium:
#   name: Count for long
#   servers: [web-1]
import time
for n in range(600):
    print("line", n, flush=True)
    time.sleep(0.1)
`;

const RESTART = `#!/bin/sh
# cronium:
#   name: Restart web
#   servers: [local]
#   onSave: true
echo "restarted"
`;

const EVENTS = `events:
  backup:
    script: scripts/backup.sh
    name: Back up
    servers: [local]
    timeout: 10m
`;

/** The tour through everything that a person sees, with a picture of each in both themes for the documents. */
export const walk: Walk = {
  stage: {
    // `ssh` takes the home from the account, which here is not the home of the person at the keyboard.
    settings: {
      'cronium.sshConfigFile': '~/.ssh/config',
      'cronium.groups': { web: ['web-*'] },
      'cronium.servers': { production: { host: 'shop', tags: ['live'], protected: true } },
    },
    files: {
      'scripts/deploy.sh': DEPLOY,
      'scripts/check.sh': CHECK,
      'scripts/count.py': COUNT,
      'scripts/release.sh': RELEASE,
      'scripts/backup.sh': '#!/bin/sh\necho "backed up"\n',
      'restart.sh': RESTART,
      'plain.sh': '#!/bin/sh\necho "hello from $CRONIUM_SERVER"\n',
      'cronium.yaml': EVENTS,
    },
    sshAliases: ['web-1', 'web-2', 'web-3', 'shop', 'fresh', 'vault'],
    strangers: ['fresh'],
    locked: ['vault'],
  },
  steps: [
    theSideBarShowsWhatThereIs,
    aRunOnThreeServersIsSeenLive,
    theRunDocumentHasASectionForEachServer,
    aFailureIsFoundAndTriedAgain,
    twoServersAreCompared,
    anUnknownHostIsAQuestion,
    aPassphraseIsAskedForAndRemembered,
    serversArePicked,
    theCodeLensRuns,
    theHeaderIsCompletedAndChecked,
    aProtectedServerAsksFirst,
    aServerIsAdded,
    healthAndDeploymentsAreThere,
    runOnSaveAsksFirst,
    aTaskRuns,
    variablesAreAdded,
    theVariablesAreInTheirView,
    aVariableIsCopied,
    theOutputsOfARunAreCopied,
    aVariableIsEdited,
    aVariableIsFoundWhereItIsUsed,
    aSecretIsNotShown,
    aVariableIsDeleted,
    theWalkthroughOpens,
    theSettingsAreThere,
    everythingIsThereAfterAReload,
    aRememberedPassphraseIsNotAskedForAgain,
  ],
};

async function picture({ workbench }: Stage, name: string): Promise<void> {
  await workbench.picture(PICTURES, name);
}

async function theSideBarShowsWhatThereIs(stage: Stage): Promise<void> {
  const { workbench } = stage;
  await workbench.openContainer('Cronium');
  for (const label of ['Deploy app', 'Check disks', 'Count for long', 'Restart web', 'Back up']) {
    await workbench.row(label, { view: 'Events' }).waitFor();
  }
  for (const label of ['local', 'production', 'web-1', 'web-2', 'web-3', 'fresh']) {
    await workbench.row(label, { view: 'Servers' }).waitFor();
  }
  await workbench.openFile('deploy.sh');
  await picture(stage, 'side-bar');
}

async function aRunOnThreeServersIsSeenLive(stage: Stage): Promise<void> {
  await stage.workbench.pressRowButton('Deploy app', 'Run Event');
  await untilPrinted(stage, 'Deploy app', ['migrate the database']);
  await untilRow(stage, 'Runs', /Deploy app.*running|Deploy app.*0 of 3/i);
  await picture(stage, 'run');
  await untilPrinted(stage, 'Deploy app', ['done on web-1', 'done on web-2', 'done on web-3']);
  await untilRow(stage, 'Runs', /Deploy app.*succeeded/i);
}

async function theRunDocumentHasASectionForEachServer(stage: Stage): Promise<void> {
  await stage.workbench.pressRowButton('Deploy app', 'Open Run Document', { view: 'Runs' });
  await untilDrawn(stage, /done on web-1/);
  await picture(stage, 'run-document');
}

async function aFailureIsFoundAndTriedAgain(stage: Stage): Promise<void> {
  const { workbench } = stage;
  await workbench.pressRowButton('Check disks', 'Run Event');
  await untilRow(stage, 'Runs', /Check disks.*2 of 3 succeeded/i);
  await workbench.expand('Check disks', { view: 'Runs' });
  await untilRow(stage, 'Runs', /web-2.*exit code 2/i);
  await workbench.pressRowButton('Check disks', 'Open Run Document', { view: 'Runs' });
  await untilDrawn(stage, /97 % full/);
  await picture(stage, 'failure');
  await workbench.pickRowMenu('Check disks', 'Rerun Failed Servers', { view: 'Runs' });
  await until('a run on web-2 alone', async () => {
    const rows = await workbench.rows({ view: 'Runs' });
    return rows.filter((row) => /Run of Check disks/.test(row)).length === 2 || undefined;
  });
}

async function twoServersAreCompared(stage: Stage): Promise<void> {
  const { workbench } = stage;
  await workbench.runCommand('Cronium: Compare the Output of Two Servers…');
  await workbench.page.locator('input[placeholder="Choose the first server"]').waitFor();
  await workbench.answer('web-1');
  await workbench.page.locator('input[placeholder="Choose the other server"]').waitFor();
  await workbench.answer('web-2');
  await workbench.page.locator('.monaco-diff-editor').first().waitFor();
  await picture(stage, 'compare');
}

async function anUnknownHostIsAQuestion(stage: Stage): Promise<void> {
  const { workbench } = stage;
  await workbench.openFile('plain.sh');
  await workbench.pressRowButton('fresh', 'Run Active Script Here', { view: 'Servers' });
  await workbench.dialog('is not known').waitFor();
  await untilRow(stage, 'Runs', /plain\.sh.*running/i);
  await picture(stage, 'host-key');
  await workbench.pressDialogButton('is not known', 'Trust and Connect');
  await untilPrinted(stage, 'plain.sh', ['hello from fresh']);
}

async function aPassphraseIsAskedForAndRemembered(stage: Stage): Promise<void> {
  const { workbench } = stage;
  await workbench.openFile('plain.sh');
  await workbench.pressRowButton('vault', 'Run Active Script Here', { view: 'Servers' });
  const box = workbench.page.locator('.quick-input-widget', { hasText: 'Log In to vault' }).first();
  await box.waitFor();
  await picture(stage, 'passphrase');
  await box.locator('[aria-label="Remember It on This Machine"]').first().click();
  await workbench.answer(PASSPHRASE);
  await untilPrinted(stage, 'plain.sh', ['✓ vault']);
}

async function aRememberedPassphraseIsNotAskedForAgain(stage: Stage): Promise<void> {
  const { workbench } = stage;
  await workbench.openFile('plain.sh');
  await workbench.pressRowButton('vault', 'Run Active Script Here', { view: 'Servers' });
  await untilRow(stage, 'Runs', /vault, succeeded/i);
  await until('a second run on vault', () => printed(stage, 'plain.sh').split('✓ vault').length > 2 || undefined);
}

async function serversArePicked(stage: Stage): Promise<void> {
  const { workbench } = stage;
  await workbench.runCommand('Cronium: Run on Servers…');
  await workbench.pick('@web');
  await workbench.pick('local');
  await picture(stage, 'pick-servers');
  await workbench.page.keyboard.press('Escape');
}

async function theCodeLensRuns(stage: Stage): Promise<void> {
  const { workbench } = stage;
  await workbench.openFile('check.sh');
  const lens = workbench.page.locator('.part.editor .codelens-decoration a', { hasText: /Run on web-1/ }).first();
  await lens.waitFor();
  await picture(stage, 'code-lens');
  await lens.click();
  await until('a third run of Check disks', async () => {
    const rows = await workbench.rows({ view: 'Runs' });
    return rows.filter((row) => /Run of Check disks/.test(row)).length >= 3 || undefined;
  });
}

async function theHeaderIsCompletedAndChecked(stage: Stage): Promise<void> {
  const { workbench } = stage;
  await workbench.openFile('cronium.yaml');
  await workbench.typeLastLine('    retris: 2');
  await workbench.page.keyboard.press('Enter');
  await workbench.page.locator('.squiggly-error').first().waitFor();
  await workbench.page.keyboard.press('Control+Space');
  await workbench.page.locator('.suggest-widget.visible .monaco-list-row').first().waitFor();
  await picture(stage, 'completion');
  await workbench.page.keyboard.press('Escape');
  await workbench.runCommand('File: Revert File');
}

async function aProtectedServerAsksFirst(stage: Stage): Promise<void> {
  const { workbench } = stage;
  await workbench.openFile('plain.sh');
  await workbench.pressRowButton('production', 'Run Active Script Here', { view: 'Servers' });
  await workbench.dialog('production').waitFor();
  await picture(stage, 'protected');
  await workbench.pressDialogButton('production', 'Cancel');
}

async function aServerIsAdded(stage: Stage): Promise<void> {
  const { workbench } = stage;
  await workbench.runCommand('Cronium: Add Server…');
  await workbench.page.locator('.quick-input-list .monaco-list-row').first().waitFor();
  await picture(stage, 'add-server');
  await workbench.page.keyboard.press('Escape');
}

async function healthAndDeploymentsAreThere(stage: Stage): Promise<void> {
  const { workbench } = stage;
  await workbench.pressRowButton('web-1', 'Check Health', { view: 'Servers' });
  await workbench.expand('web-1', { view: 'Servers' });
  await untilRow(stage, 'Servers', /memory/i);
  // A busy machine may have been told of.
  await workbench.runCommand('Notifications: Clear All Notifications');
  await workbench.unfold('Deployments');
  for (const label of ['web-1', 'web-2', 'web-3']) await workbench.row(label, { view: 'Deployments' }).waitFor();
  await picture(stage, 'servers');
}

async function runOnSaveAsksFirst(stage: Stage): Promise<void> {
  const { workbench } = stage;
  await workbench.openFile('restart.sh');
  await workbench.typeLastLine('echo "now with a check"');
  await workbench.page.keyboard.press('Control+KeyS');
  await workbench.toast('Restart web').waitFor();
  if (printed(stage, 'Restart web').includes('restarted')) throw new Error('It ran without having been approved');
  await picture(stage, 'run-on-save');
  await workbench.pressToastButton('Restart web', 'Approve and Run');
  await untilPrinted(stage, 'Restart web', ['restarted', 'now with a check']);
}

async function aTaskRuns(stage: Stage): Promise<void> {
  const { workbench } = stage;
  await workbench.runCommand('Tasks: Run Task');
  await workbench.pick('cronium');
  await workbench.pick('cronium: Back up');
  await workbench.page.locator('.part.panel .xterm').first().waitFor();
  await untilRow(stage, 'Runs', /Back up.*succeeded/i);
  await picture(stage, 'task');
}

async function theVariablesAreInTheirView(stage: Stage): Promise<void> {
  await scriptsOnThreeServersShareThem(stage);
  await picture(stage, 'variables');
  for (const view of ['Servers', 'Runs']) await stage.workbench.unfold(view);
}

async function theWalkthroughOpens(stage: Stage): Promise<void> {
  const { workbench } = stage;
  await workbench.page.keyboard.press('Control+KeyJ');
  await workbench.page.keyboard.press('Control+KeyB');
  await workbench.runCommand('Cronium: Open Walkthrough');
  await workbench.page.locator('.gettingStartedContainer .getting-started-step').first().waitFor();
  await picture(stage, 'walkthrough');
  await workbench.page.keyboard.press('Control+KeyB');
}

async function theSettingsAreThere(stage: Stage): Promise<void> {
  const { workbench } = stage;
  await workbench.runCommand('Preferences: Open Settings (UI)');
  await workbench.page.locator('.settings-editor .suggest-input-container').first().waitFor();
  await workbench.page.keyboard.type('@ext:cronium.cronium');
  await workbench.page.locator('.settings-editor .setting-item').first().waitFor();
  await picture(stage, 'settings');
  await workbench.page.keyboard.press('Escape');
}

async function everythingIsThereAfterAReload(stage: Stage): Promise<void> {
  const { workbench } = stage;
  await workbench.pressRowButton('Count for long', 'Run Event');
  await untilPrinted(stage, 'Count for long', ['line 3']);
  await workbench.page.reload();
  await workbench.openContainer('Cronium');
  await untilRow(stage, 'Runs', /Count for long.*running/i);
  await untilRow(stage, 'Runs', /Back up.*succeeded/i);
  await workbench.pressRowButton('Count for long', 'Show Log', { view: 'Runs' });
  await until('the lines from before and after the reload', () => {
    const text = printed(stage, 'Count for long');
    return (text.includes('line 1\n') && text.includes('line 20\n')) || undefined;
  });
  await picture(stage, 'reload');
  await workbench.pressRowButton('Count for long', 'Cancel Run', { view: 'Runs' });
  await untilRow(stage, 'Runs', /Count for long.*cancelled/i);
}
