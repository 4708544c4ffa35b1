import type { Dialect } from './helper-scripts.ts';

/** The twelve lines of docs/helpers.md: an input, an output, a variable, a counter that others count on, too. */
export const TWELVE: Readonly<Record<Exclude<Dialect, 'import'>, { readonly name: string; readonly text: string }>> = {
  sh: {
    name: 'release.sh',
    text: `#!/bin/bash
set -e
version=$(cronium.input version)
server=$(cronium.event server)
echo "installing $version"
until [ -e "$1" ]; do sleep 0.1; done
cronium.output installed "$version"
cronium.setVariable last-release "$version" --scope server
for try in $(seq 100); do
  count=$(cronium.getVariable releases --default 0)
  cronium.setVariable releases $((count + 1)) --json --if-unchanged --wait 2m && break || [ $? = 4 ]
done; cronium.output done --json true; echo "$server has it"
`,
  },
  python: {
    name: 'release.py',
    text: `#!/usr/bin/env python3
import cronium, os, sys, time
version = cronium.input("version")
print("installing", version, flush=True)
while not os.path.exists(sys.argv[1]): time.sleep(0.1)
cronium.output("installed", version)
cronium.set_variable("last-release", version, scope="server")
while True:
    count = cronium.get_variable("releases", 0)
    try: cronium.set_variable("releases", count + 1, if_unchanged=True, wait="2m"); break
    except cronium.CroniumError as error: assert error.code == "changed", error
cronium.output("done", True); print(cronium.event("server"), "has it")
`,
  },
  require: {
    name: 'release.cjs',
    text: `#!/usr/bin/env node
const cronium = require('cronium'), { existsSync } = require('fs');
const version = cronium.input('version');
console.log('installing', version);
while (!existsSync(process.argv[2])) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
cronium.output('installed', version);
cronium.setVariable('last-release', version, { scope: 'server' });
for (let isCounted = false; !isCounted; ) {
  const count = cronium.getVariable('releases', 0);
  try { cronium.setVariable('releases', count + 1, { ifUnchanged: true, wait: '2m' }); isCounted = true; }
  catch (error) { if (error.code !== 'changed') throw error; } }
cronium.output('done', true); console.log(cronium.event('server'), 'has it');
`,
  },
};
