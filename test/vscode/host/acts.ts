import type { StageOptions } from '../stage.ts';

/** Tests that one window's host runs. */
export interface Suite {
  /** The file beside this one, without `.ts`. */
  readonly file: string;
  /** `killed`: the suite ends its own host, so that it leaves no report. */
  readonly ending?: 'killed';
}

/** Suites that follow each other in the same home, over the same servers. */
export interface Act {
  readonly name: string;
  readonly stage: Omit<StageOptions, 'vsix' | 'shotsDir'>;
  readonly suites: readonly Suite[];
}

const HELLO = `#!/usr/bin/env bash
# cronium:
#   name: Say hello
#   servers: [web-1, web-2]
echo "hello from $CRONIUM_SERVER"
`;

const MIXED = `#!/bin/sh
# cronium:
#   name: Fail on one
#   servers: [web-1, web-2]
test "$CRONIUM_SERVER" = web-1 || { echo 'port 80 is taken' >&2; exit 3; }
echo fine
`;

const LONG = `#!/bin/sh
# cronium:
#   name: Count for long
#   servers: [web-1]
n=0
while [ $n -lt 60 ]; do n=$((n + 1)); echo "line $n"; sleep 0.2; done
`;

const SAVED = `#!/bin/sh
# cronium:
#   name: Restart web
#   servers: [local]
#   onSave: true
echo "restarted once more"
`;

const MIXED_LOG = `#!/usr/bin/env bash
# cronium:
#   name: Mixed
#   servers: [web-1, web-2]
if [ "$CRONIUM_SERVER" = web-1 ]; then printf '\\e[32mgreen\\e[0m\\n10 %%\\r100 %%\\n'; exit; fi
echo before
no-such-command
`;

const COUNT = `#!/bin/sh
# cronium:
#   name: Count
#   servers: [web-1]
n=0
while [ $n -lt 600 ]; do n=$((n + 1)); echo "line $n"; sleep 0.1; done
`;

const HITS = `#!/bin/sh
# cronium:
#   servers: [local]
n=$(($(cronium.getVariable hits --default 0) + 1))
cronium.setVariable hits $n
cronium.output hits $n
echo "now $n, version $(cronium.getVariable hits --version)"
cronium.getVariable other --default none
`;

const STAGE: Act['stage'] = {
  // `ssh` takes the home from the account, which here is not the home of the person at the keyboard.
  settings: { 'cronium.sshConfigFile': '~/.ssh/config' },
  files: {
    'scripts/hello.sh': HELLO,
    'scripts/mixed.sh': MIXED,
    'scripts/long.sh': LONG,
    'saved.sh': SAVED,
    'plain.sh': '#!/bin/sh\necho "as saved"\n',
    'cronium.yaml': 'events:\n  hello-local:\n    script: plain.sh\n    servers: [local]\n    name: Plain on local\n',
  },
  sshAliases: ['web-1', 'web-2'],
};

const FILES: Act['stage'] = {
  files: {
    'scripts/run.sh': '#!/bin/sh\necho "$@"\n',
    'scripts/lib.sh': 'echo lib\n',
    'scripts/event.sh': '#!/bin/sh\n# cronium:\n#   servers: [local]\n',
    'cronium.yaml': 'events:\n  entry:\n    script: scripts/run.sh\n    servers: [local]\n    args: [saved]\n',
  },
  sshAliases: [],
};

const LANGUAGE: Act['stage'] = {
  settings: STAGE.settings ?? {},
  files: {
    'typo.sh': '#!/bin/sh\n# cronium:\n#   name: Typo\n#   timeot: 10m\n',
    'event.sh': '#!/bin/sh\n# cronium:\n#   servers: [local]\n#   name: Event\necho run\n',
    'plain.sh': '#!/bin/sh\necho plain\n',
    'cronium.yaml':
      'events:\n  deploy:\n    script: ops/deploy.sh\n    servers: [web-1]\n  again:\n    script: plain.sh\n',
  },
  sshAliases: ['web-1', 'web-2'],
};

const LOGS: Act['stage'] = {
  settings: STAGE.settings ?? {},
  files: {
    'ops/mixed.sh': MIXED_LOG,
    'ops/count.sh': COUNT,
    '.vscode/tasks.json': JSON.stringify({
      version: '2.0.0',
      tasks: [{ label: 'as task', type: 'cronium', event: 'Mixed', servers: ['web-2'], problemMatcher: [] }],
    }),
  },
  sshAliases: ['web-1', 'web-2'],
};

const KEY = `#!/bin/sh
# cronium:
#   servers: [local]
printf 'hunter2-hunter2' | cronium.setVariable key - --secret
echo "the key is $(cronium.getVariable key)"
`;

const VARIABLES: Act['stage'] = { files: { 'hits.sh': HITS, 'key.sh': KEY }, sshAliases: [] };

export const acts: readonly Act[] = [
  { name: 'basics', stage: STAGE, suites: [{ file: 'basics' }] },
  { name: 'language', stage: LANGUAGE, suites: [{ file: 'language' }] },
  { name: 'logs', stage: LOGS, suites: [{ file: 'logs' }] },
  { name: 'files', stage: FILES, suites: [{ file: 'files' }] },
  { name: 'variables', stage: VARIABLES, suites: [{ file: 'variables' }] },
  {
    name: 'durable',
    stage: STAGE,
    suites: [{ file: 'leave' }, { file: 'crash', ending: 'killed' }, { file: 'return' }],
  },
  { name: 'restricted', stage: { ...STAGE, trust: 'restricted' }, suites: [{ file: 'restricted' }] },
];
