import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What every tool runs: a small look at a server, as people write it. Five lines, no process but its own. */
const CHECK = `#!/bin/bash
set -u
sum=0
for number in 1 2 3 4 5 6 7 8 9 10; do
  sum=$((sum + number))
done
read -r uptime _ < /proc/uptime
read -r one five fifteen _ < /proc/loadavg
declare -A seen=([a]=1 [b]=2)
if [ "$sum" -ne 55 ]; then
  echo "bench-wrong sum=$sum" >&2
  exit 3
fi
echo "bench-line 1 host=\${BENCH_HOST:-?}"
echo "bench-line 2 uptime=$uptime"
echo "bench-line 3 load=$one $five $fifteen"
echo "bench-line 4 seen=\${#seen[@]} sum=$sum"
echo "bench-line 5 end"
exit 0
`;

/** Puts the script into the folder and gives its path. */
export function writeCheckScript(folder: string): string {
  return writeScript(folder, 'check.sh', CHECK);
}

export function writeScript(folder: string, name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text, { mode: 0o755 });
  return path;
}

/** How many servers have told their first line; the last line has to be there as often. */
export function serversThatAnswered(output: string): number {
  const hosts = new Set([...output.matchAll(/bench-line 1 host=(\d+)/g)].map(([, host]) => host));
  const ends = output.match(/bench-line 5 end/g)?.length ?? 0;
  return Math.min(hosts.size, ends);
}
