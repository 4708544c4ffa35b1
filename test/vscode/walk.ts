import { printed, untilPrinted, untilRow } from './acting.ts';
import type { Stage } from './stage.ts';
import type { Walk } from './steps.ts';

const HELLO = `#!/usr/bin/env bash
# cronium:
#   name: Say hello
#   servers: [web-1, web-2]
for step in pull migrate restart; do
  echo "$step on $CRONIUM_SERVER"
  sleep 0.3
done
`;

const MIXED = `#!/bin/sh
# cronium:
#   name: Fail on one
#   servers: [web-1, web-2]
test "$CRONIUM_SERVER" = web-1 || { echo 'port 80 is taken' >&2; exit 3; }
echo fine
`;

const COUNT = `#!/usr/bin/env python3
# cronium:
#   name: Count for long
#   servers: [web-1]
import time
for n in range(1000):
    print("line", n, flush=True)
    time.sleep(0.1)
`;

const SAVED = `#!/bin/sh
# cronium:
#   name: Restart web
#   servers: [local]
#   onSave: true
echo "restarted once more"
`;

/** The tour through Cronium, with the parts that a user meets first. */
export const walk: Walk = {
  stage: {
    // `ssh` takes the home from the account, which here is not the home of the person at the keyboard.
    settings: { 'cronium.sshConfigFile': '~/.ssh/config' },
    files: {
      'scripts/hello.sh': HELLO,
      'scripts/mixed.sh': MIXED,
      'scripts/count.py': COUNT,
      'saved.sh': SAVED,
      'plain.sh': '#!/bin/sh\necho "as saved"\n',
    },
    sshAliases: ['web-1', 'web-2'],
  },
  steps: [
    theTreesShowEventsAndServers,
    aClickRunsAScriptOnTwoServers,
    theDeploymentsAreThere,
    aFailingServerIsNamed,
    aRunIsCancelled,
    theTextOfTheOpenEditorRuns,
    runOnSaveAsksFirst,
    runOnSaveRunsWhenApproved,
  ],
};

async function theTreesShowEventsAndServers({ workbench }: Stage): Promise<void> {
  await workbench.openContainer('Cronium');
  for (const label of ['Say hello', 'Fail on one', 'Count for long', 'Restart web']) {
    await workbench.row(label, { view: 'Events' }).waitFor();
  }
  for (const label of ['local', 'web-1', 'web-2']) await workbench.row(label, { view: 'Servers' }).waitFor();
}

async function aClickRunsAScriptOnTwoServers(stage: Stage): Promise<void> {
  await stage.workbench.pressRowButton('Say hello', 'Run Event');
  await untilPrinted(stage, 'Say hello', ['restart on web-1', 'restart on web-2', '· succeeded ·']);
  await untilRow(stage, 'Runs', /Say hello.*succeeded/i);
  for (const [alias, server] of stage.sshServers) {
    if (server.connections() !== 1 || server.sessions() !== 1) throw new Error(`${alias} saw more than one connection`);
  }
}

async function theDeploymentsAreThere({ workbench }: Stage): Promise<void> {
  await workbench.unfold('Deployments');
  for (const label of ['web-1', 'web-2']) await workbench.row(label, { view: 'Deployments' }).waitFor();
}

async function aFailingServerIsNamed(stage: Stage): Promise<void> {
  await stage.workbench.pressRowButton('Fail on one', 'Run Event');
  await untilPrinted(stage, 'Fail on one', ['port 80 is taken', 'exit code 3', 'succeeded in part']);
  await untilRow(stage, 'Runs', /Fail on one.*1 of 2 succeeded/i);
}

async function aRunIsCancelled(stage: Stage): Promise<void> {
  await stage.workbench.pressRowButton('Count for long', 'Run Event');
  await untilPrinted(stage, 'Count for long', ['line 3']);
  await stage.workbench.pressRowButton('Count for long', 'Cancel Run', { view: 'Runs' });
  await untilRow(stage, 'Runs', /Count for long.*cancelled/i);
}

async function theTextOfTheOpenEditorRuns(stage: Stage): Promise<void> {
  const { workbench } = stage;
  await workbench.openFile('plain.sh');
  await workbench.typeLastLine('echo "as typed"');
  await workbench.runCommand('Cronium: Run Active Script');
  await workbench.tick(['local']);
  await untilPrinted(stage, 'plain.sh', ['as saved', 'as typed']);
}

async function runOnSaveAsksFirst(stage: Stage): Promise<void> {
  const { workbench } = stage;
  await workbench.openFile('saved.sh');
  await workbench.typeLastLine('echo "now with a check"');
  await workbench.page.keyboard.press('Control+KeyS');
  await workbench.toast('Restart web').waitFor();
  if (printed(stage, 'Restart web').includes('restarted once more'))
    throw new Error('It ran without having been approved');
}

async function runOnSaveRunsWhenApproved(stage: Stage): Promise<void> {
  await stage.workbench.pressToastButton('Restart web', 'Approve and Run');
  await untilPrinted(stage, 'Restart web', ['restarted once more', 'now with a check']);
}
