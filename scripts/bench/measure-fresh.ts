import { readFileSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { startResident } from './cronium.ts';
import { startFleet } from './fleet.ts';
import { untilQuiet } from './machine.ts';
import type { RoundsOptions } from './measure-runs.ts';
import { writeCheckScript } from './script.ts';
import { median } from './statistics.ts';

const RUNNERS = resolve(import.meta.dirname, '../../dist/runners');

/** The first run ever on a server, beside the first run on one that has the runner. */
export interface FreshResult {
  readonly freshMs: number;
  readonly knownMs: number;
  /** What the server counted for one fresh run. */
  readonly connections: number;
  readonly channels: number;
  readonly runnerMb: number;
  readonly runnerCompressedMb: number;
}

export async function measureFresh(options: RoundsOptions): Promise<FreshResult> {
  // Told in the log are connections and channels.
  await using fleet = await startFleet(1, { sshd: () => ({ config: ['LogLevel VERBOSE'] }) });
  const [server] = fleet.servers;
  if (!server) throw new Error('No server');
  const question = { script: writeCheckScript(fleet.folder), on: fleet.names(1) };
  await using resident = await startResident(fleet);
  await resident.run(question);
  const times: { fresh: number[]; known: number[] } = { fresh: [], known: [] };
  let [connections, channels] = [0, 0];
  for (let round = 0; round < options.rounds; round++) {
    for (const kind of ['known', 'fresh'] as const) {
      await resident.disconnect(question.on);
      if (kind === 'fresh') rmSync(server.stateHome, { recursive: true, force: true });
      const before = [server.connections(), server.sessions()];
      await untilQuiet(options.quietMs);
      const ran = await resident.run(question);
      if (ran.outcomes.succeeded !== 1) throw new Error(`A ${kind} run: ${JSON.stringify(ran.outcomes)}`);
      times[kind].push(ran.wallMs);
      if (kind === 'known') continue;
      connections = Math.max(connections, server.connections() - (before[0] ?? 0));
      channels = Math.max(channels, server.sessions() - (before[1] ?? 0));
    }
  }
  const compressed = join(RUNNERS, 'linux-amd64/cronium-runner.gz');
  return {
    freshMs: median(times.fresh),
    knownMs: median(times.known),
    ...{ connections, channels },
    runnerMb: gunzipSync(readFileSync(compressed)).length / 1e6,
    runnerCompressedMb: statSync(compressed).size / 1e6,
  };
}
