import { startResident } from './cronium.ts';
import type { Fleet } from './fleet.ts';
import { untilQuiet } from './machine.ts';
import type { RoundsOptions } from './measure-runs.ts';
import { measureCommand } from './sample.ts';
import { writeScript } from './script.ts';
import { median } from './statistics.ts';
import { longestWork, startWitness } from './witness.ts';

/** A long log of one server, script to mirror. */
export interface ThroughputResult {
  readonly mebibytes: number;
  readonly mbPerSecond: number;
  readonly linesPerSecond: number;
  /** The most memory of the process, and what it had before. */
  readonly peakMb: number;
  readonly idleMb: number;
  readonly loopMaxMs: number;
  /** Every character came. */
  readonly isWhole: boolean;
  /** The same through `ssh … > file`. */
  readonly sshMbPerSecond: number;
}

const LINE = `${'2026-01-02T03:04:05.678Z INFO  http.server   request=0123456789ab took=017ms status=200 '.padEnd(99, '.')}\n`;

export async function measureThroughput(
  fleet: Fleet,
  mebibytes: number,
  options: RoundsOptions,
): Promise<ThroughputResult> {
  const lines = Math.floor((mebibytes * 2 ** 20) / LINE.length);
  const bytes = lines * LINE.length;
  const script = writeScript(fleet.folder, 'flood.sh', `#!/bin/sh\nyes '${LINE.trimEnd()}' | head -n ${lines}\n`);
  const seconds: { cronium: number[]; ssh: number[] } = { cronium: [], ssh: [] };
  const peaks: number[] = [];
  const loops: number[] = [];
  using witness = await startWitness();
  let isWhole = true;
  let idleMb = 0;
  for (let round = 0; round < options.rounds; round++) {
    // A process of its own for each: memory that is not given back would hide in the next one's.
    await using resident = await startResident(fleet, { name: `flood-${round}` });
    idleMb = (await resident.renew()).rssMb;
    await untilQuiet(options.quietMs);
    const ran = await resident.run({ script, on: fleet.names(1), watchMemory: true });
    isWhole &&= ran.outcomes.succeeded === 1 && ran.bytes === bytes;
    seconds.cronium.push(ran.wallMs / 1_000);
    peaks.push(ran.rssMb);
    loops.push(longestWork(ran.longTurns, witness));
    await untilQuiet(options.quietMs);
    const ssh = await measureCommand({
      command: ['/bin/sh', '-c', `ssh -F ${fleet.config} host1 bash -s < ${script} > ${fleet.folder}/flood.log`],
    });
    seconds.ssh.push(ssh.wallMs / 1_000);
  }
  return {
    mebibytes,
    mbPerSecond: bytes / 1e6 / median(seconds.cronium),
    linesPerSecond: lines / median(seconds.cronium),
    peakMb: median(peaks),
    idleMb,
    loopMaxMs: median(loops),
    isWhole,
    sshMbPerSecond: bytes / 1e6 / median(seconds.ssh),
  };
}
