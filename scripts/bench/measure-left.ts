import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { cliCommand, startResident } from './cronium.ts';
import type { Fleet } from './fleet.ts';
import { measureCommand } from './sample.ts';
import { writeScript } from './script.ts';

/** After so long whoever is still there stays. */
const WAIT_MS = 8_000;

const MARK = `cronium-bench-left-${process.pid}`;

/** How a run was ended, and which of the script's processes were there how long. */
export interface LeftResult {
  readonly how: string;
  readonly before: number;
  readonly after: number;
  /** Seconds until the last of them was gone; of those that stay, none. */
  readonly seconds?: number;
}

/** A script with a child in a session of its own, one that ignores TERM and HUP, and a silent one. */
const FAMILY = `#!/bin/bash
bash -c 'sleep 300; :' ${MARK} &
setsid bash -c 'sleep 300; :' ${MARK} &
bash -c 'trap "" TERM HUP; while :; do sleep 1; done' ${MARK} &
sleep 0.2
echo family-ready
bash -c 'while :; do sleep 1; done' ${MARK}
`;

/** Ends runs in all the ways in which they end early and counts who is left on the server. */
export async function measureLeft(fleet: Fleet): Promise<LeftResult[]> {
  const script = writeScript(fleet.folder, 'family.sh', FAMILY);
  const on = fleet.names(1);
  const results: LeftResult[] = [];
  {
    await using resident = await startResident(fleet, { name: 'left' });
    await resident.begin({ script, on, tellsAt: 'family-ready', cancelAt: 'family-ready' });
    results.push(await countDown('Cronium: cancel'));
  }
  {
    await using resident = await startResident(fleet, { name: 'left' });
    await resident.begin({ script, on, tellsAt: 'family-ready', timeoutMs: 1_000 });
    // From the time limit on.
    await delay(500);
    results.push(await countDown('Cronium: time limit'));
  }
  {
    const resident = await startResident(fleet, { name: 'cli' });
    await resident.begin({ script, on, tellsAt: 'family-ready' });
    resident.kill();
    const { command, env = {} } = cliCommand(fleet, 1, script);
    const global = command.slice(0, command.indexOf('run'));
    const { output } = await measureCommand({ command: [...global, 'runs', '--json'], env });
    const run = /"id":"([0-9a-f]{32})"/.exec(output)?.[1] ?? /[0-9a-f]{8,32}/.exec(output)?.[0] ?? '';
    const counting = countDown('Cronium: client killed, cancelled on return');
    await measureCommand({ command: [...global, 'cancel', run], env });
    results.push(await counting);
  }
  for (const [how, command] of [
    ['ssh: Ctrl-C', ['sh', '-c', `exec ssh -F ${fleet.config} host1 bash -s < ${script}`]],
    [
      'pssh: Ctrl-C',
      ['sh', '-c', `exec parallel-ssh -H host1 -t 0 -x '-F ${fleet.config}' -i -I 'bash -s' < ${script}`],
    ],
  ] as const) {
    results.push(await interrupt(how, command));
  }
  return results;
}

async function interrupt(how: string, [program, ...args]: readonly string[]): Promise<LeftResult> {
  // Background children of a shell without job control would ignore the signal.
  const child = spawn('setsid', ['--wait', program ?? '', ...args], { stdio: 'ignore' });
  for (const until = performance.now() + 5_000; family().length < 4 && performance.now() < until; ) await delay(50);
  const counting = countDown(how);
  for (const pid of childrenOf(child.pid ?? 0)) process.kill(-pid, 'SIGINT');
  const result = await counting;
  child.kill('SIGKILL');
  return result;
}

/** Watches the family go; who is left is killed then. */
async function countDown(how: string): Promise<LeftResult> {
  const began = performance.now();
  const before = family().length;
  for (;;) {
    const pids = family();
    const seconds = (performance.now() - began) / 1_000;
    if (pids.length === 0) return { how, before, after: 0, seconds };
    if (seconds * 1_000 > WAIT_MS) {
      for (const pid of pids) process.kill(pid, 'SIGKILL');
      return { how, before, after: pids.length };
    }
    await delay(50);
  }
}

/** The script's processes on this machine, which is the server's, too. */
function family(): number[] {
  return pids().filter((pid) => read(`/proc/${pid}/cmdline`).endsWith(`${MARK}\0`));
}

function childrenOf(parent: number): number[] {
  return pids().filter((pid) => new RegExp(`\\) \\S ${parent} `).test(read(`/proc/${pid}/stat`)));
}

function pids(): number[] {
  return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []));
}

function read(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}
