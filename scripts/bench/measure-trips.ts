import { openAccount } from './account.ts';
import { cliCommand, startResident } from './cronium.ts';
import { startFleet } from './fleet.ts';
import { untilQuiet } from './machine.ts';
import { closeMasters } from './masters.ts';
import type { RoundsOptions } from './measure-runs.ts';
import { type Command, measureCommand } from './sample.ts';
import { writeCheckScript } from './script.ts';
import { fitLine, median } from './statistics.ts';
import { FAR_ADDRESS, stretchWire } from './wire.ts';

/** So far apart is the server, in milliseconds there and back; the slope over these is the number of round trips. */
const DISTANCES_MS = [20, 60, 100];

/** Round trips of one run, and what remains when there is no distance. */
export interface TripsResult {
  readonly name: string;
  readonly trips: number;
  readonly baseMs: number;
  /** Distance → median time of a run, in milliseconds. */
  readonly points: readonly (readonly [rttMs: number, runMs: number])[];
}

export async function measureTrips(options: RoundsOptions): Promise<TripsResult[]> {
  const points = new Map<string, [number, number][]>();
  for (const distance of DISTANCES_MS) {
    for (const [name, times] of await timesOver(distance, options)) {
      points.set(name, [...(points.get(name) ?? []), [distance, median(times)]]);
    }
  }
  return [...points].map(([name, measured]) => {
    const { slope, intercept } = fitLine(measured);
    return { name, trips: slope, baseMs: intercept, points: measured };
  });
}

async function timesOver(rttMs: number, options: RoundsOptions): Promise<Map<string, number[]>> {
  using wire = await stretchWire(rttMs);
  await using fleet = await startFleet(1, {
    sshd: () => ({ address: FAR_ADDRESS, port: 2_222, wrap: (command) => [...wire.far, ...command] }),
  });
  const script = writeCheckScript(fleet.folder);
  await using resident = await startResident(fleet, { wrap: wire.near });
  using account = openAccount('trips');
  const question = { script, on: fleet.names(1) };
  await resident.run(question);
  const measure = async (command: Command): Promise<number> =>
    (await measureCommand({ ...command, command: [...wire.near, ...command.command], account })).wallMs;
  const ssh = (config: string): string[] => ['sh', '-c', `exec ssh -F ${config} host1 bash -s < ${script}`];
  const ways: [name: string, run: () => Promise<number>][] = [
    [
      'Cronium, cold',
      async () => {
        await resident.disconnect(question.on);
        return (await resident.run(question)).wallMs;
      },
    ],
    ['Cronium, warm', async () => (await resident.run(question)).wallMs],
    ['Cronium (terminal)', () => measure(cliCommand(fleet, 1, script))],
    ['ssh, cold', () => measure({ command: ssh(fleet.config) })],
    ['ssh, warm', () => measure({ command: ssh(fleet.sharedConfig) })],
  ];
  // The master is made, and what else is made once.
  for (const [, run] of ways.slice(2)) await run();
  const times = new Map<string, number[]>(ways.map(([name]) => [name, []]));
  for (let round = 0; round < options.rounds; round++) {
    for (const [name, run] of ways) {
      await untilQuiet(options.quietMs);
      times.get(name)?.push(await run());
    }
  }
  await closeMasters(fleet);
  return times;
}
