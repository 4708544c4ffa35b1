import { spawn } from 'node:child_process';
import { openAccount } from './account.ts';
import { type Resident, startResident } from './cronium.ts';
import type { Fleet } from './fleet.ts';
import { untilQuiet } from './machine.ts';
import { closeMasters, openMasters } from './masters.ts';
import type { RoundsOptions } from './measure-runs.ts';
import { writeScript } from './script.ts';
import { median } from './statistics.ts';

/** How late lines come, in milliseconds; medians over the rounds. */
export interface LineDelay {
  /** From the start of the run to the arrival of the first line. */
  readonly firstMs: number;
  /** From a line's writing on the server to its arrival, over all lines. */
  readonly medianMs: number;
  readonly maxMs: number;
}

export interface LinesResult {
  readonly cronium: LineDelay;
  readonly ssh: LineDelay;
}

const TICKS = `#!/bin/bash
for number in {1..20}; do echo "tick $number $EPOCHREALTIME"; sleep 0.05; done
`;

type Chunk = readonly [at: number, text: string];

/** A script that says the time, on a warm connection. */
export async function measureLines(fleet: Fleet, options: RoundsOptions): Promise<LinesResult> {
  const script = writeScript(fleet.folder, 'ticks.sh', TICKS);
  const found: Record<'cronium' | 'ssh', LineDelay[]> = { cronium: [], ssh: [] };
  using account = openAccount('lines');
  await using resident = await startResident(fleet);
  await resident.run({ script, on: fleet.names(1) });
  await openMasters(fleet, 1, account);
  for (let round = 0; round < options.rounds; round++) {
    await untilQuiet(options.quietMs);
    found.cronium.push(await byResident(resident, fleet, script));
    await untilQuiet(options.quietMs);
    found.ssh.push(await bySsh(fleet, script));
  }
  await closeMasters(fleet);
  return { cronium: medians(found.cronium), ssh: medians(found.ssh) };
}

async function byResident(resident: Resident, fleet: Fleet, script: string): Promise<LineDelay> {
  const began = now();
  const { lines } = await resident.run({ script, on: fleet.names(1), keepsOutput: true });
  return delays(lines, began);
}

async function bySsh(fleet: Fleet, script: string): Promise<LineDelay> {
  const began = now();
  const child = spawn('/bin/sh', ['-c', 'exec ssh -F "$0" host1 bash -s < "$1"', fleet.sharedConfig, script]);
  const lines: Chunk[] = [];
  child.stdout.on('data', (bytes: Buffer) => lines.push([now(), bytes.toString('utf8')]));
  await new Promise((done) => child.once('close', done));
  return delays(lines, began);
}

/** Milliseconds since 1970 with their fractions, in every process of this machine. */
function now(): number {
  return performance.timeOrigin + performance.now();
}

function delays(chunks: readonly Chunk[], began: number): LineDelay {
  const late = chunks.flatMap(([at, text]) =>
    [...text.matchAll(/tick \d+ (\d+\.\d+)/g)].map(([, written]) => at - Number(written) * 1_000),
  );
  return { firstMs: (chunks[0]?.[0] ?? Number.NaN) - began, medianMs: median(late), maxMs: Math.max(...late) };
}

function medians(all: readonly LineDelay[]): LineDelay {
  const of = (name: keyof LineDelay): number => median(all.map((each) => each[name]));
  return { firstMs: of('firstMs'), medianMs: of('medianMs'), maxMs: of('maxMs') };
}
