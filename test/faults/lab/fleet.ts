import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import type { FleetLeft, FleetResult } from '../../bench/fleet.ts';

/** The number of a short run, or of the whole one: `CRONIUM_FAULT_SCALE=full`. */
export function scaled(short: number, full: number): number {
  return process.env.CRONIUM_FAULT_SCALE === 'full' ? full : short;
}

/** Runs `test/bench/fleet.ts` in a network of its own. With several runs there is also what was left behind at the end. */
export async function runFleet(
  options: Readonly<Record<string, string | number | true>>,
): Promise<{ readonly results: readonly FleetResult[]; readonly left?: FleetLeft }> {
  const args = Object.entries(options).flatMap(([name, value]) => [
    `--${name}`,
    ...(value === true ? [] : [`${value}`]),
  ]);
  const program = resolve(import.meta.dirname, '../../bench/fleet.ts');
  const node = `${process.execPath} --expose-gc --disable-warning=MODULE_TYPELESS_PACKAGE_JSON ${program}`;
  const child = spawn(
    'setpriv',
    ['--pdeathsig', 'KILL', 'unshare', '-n', 'sh', '-c', `ip link set lo up && exec ${node} "$@"`, 'sh', ...args],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const [[code], said, complaints] = await Promise.all([once(child, 'close'), text(child.stdout), text(child.stderr)]);
  if (code !== 0) throw new Error(`The fleet ended with ${code}: ${complaints}${said}`);
  const found = said
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as FleetResult | FleetLeft);
  const left = found.find((each): each is FleetLeft => 'spools' in each);
  return { results: found.filter((each): each is FleetResult => 'tookMs' in each), ...(left ? { left } : {}) };
}
