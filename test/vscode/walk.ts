import type { Stage } from './stage.ts';
import type { Walk } from './steps.ts';

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
test "$CRONIUM_SERVER" = web-1 || { echo 'not here' >&2; exit 3; }
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

/** The tour through Cronium, with the parts that a user meets first. */
export const walk: Walk = {
  stage: {
    files: { 'scripts/hello.sh': HELLO, 'scripts/mixed.sh': MIXED, 'scripts/count.py': COUNT },
    sshAliases: ['web-1', 'web-2'],
  },
  steps: [theContainerIsThere],
};

async function theContainerIsThere({ workbench }: Stage): Promise<void> {
  await workbench.openContainer('Cronium');
}
