import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startResident } from './cronium.ts';
import type { Fleet } from './fleet.ts';
import { untilQuiet } from './machine.ts';
import type { RoundsOptions } from './measure-runs.ts';
import { writeScript } from './script.ts';
import { median } from './statistics.ts';

/** One server of many is dead: how long the others take, and until when it has its own verdict. */
export interface DeadResult {
  readonly servers: number;
  readonly connectTimeoutSeconds: number;
  /** The least that succeeded in any of the runs: all but the dead one. */
  readonly othersWell: number;
  /** Seconds until the last of the others has settled. */
  readonly allWellSeconds: number;
  readonly refusedOthersSeconds: number;
  readonly refusedVerdictSeconds: number;
  readonly frozenOthersSeconds: number;
  readonly frozenVerdictSeconds: number;
}

/** How long a server that says nothing is waited for here: as asked for in the SSH configuration. */
const CONNECT_TIMEOUT_S = 4;

/** Without retries: how long those pause is the event's own wish. */
const SCRIPT = `#!/bin/sh
# cronium:
#   retries: 0
echo hello
`;

export async function measureDead(fleet: Fleet, servers: number, options: RoundsOptions): Promise<DeadResult> {
  const script = writeScript(fleet.folder, 'hello.sh', SCRIPT);
  const on = fleet.names(servers);
  const [last = ''] = on.slice(-1);
  const server = fleet.servers[servers - 1];
  if (!server) throw new Error(`The fleet has fewer than ${servers} servers`);
  const config = join(fleet.folder, 'ssh_config.hasty');
  writeFileSync(config, `${readFileSync(fleet.config, 'utf8')}  ConnectTimeout ${CONNECT_TIMEOUT_S}\n`);
  await using resident = await startResident({ ...fleet, config }, { name: 'dead' });
  await resident.run({ script, on });
  let othersWell = servers;
  const once = async (): Promise<{ others: number; verdict: number }> => {
    await resident.disconnect(on);
    await untilQuiet(options.quietMs);
    const { settledAt, outcomes } = await resident.run({ script, on, keepsTimes: true });
    othersWell = Math.min(othersWell, outcomes.succeeded ?? 0);
    const others = on.filter((name) => name !== last).map((name) => settledAt[name] ?? 0);
    return { others: Math.max(...others) / 1_000, verdict: (settledAt[last] ?? Number.NaN) / 1_000 };
  };
  const well: number[] = [];
  const frozen: { others: number; verdict: number }[] = [];
  const refused: { others: number; verdict: number }[] = [];
  for (let round = 0; round < options.rounds; round++) {
    well.push((await once()).others);
    server.freeze();
    frozen.push(await once());
    server.thaw();
  }
  // A server that was stopped does not come back: it is the last to be measured, by turns with one server less.
  await resident.disconnect(on);
  await server.stop();
  for (let round = 0; round < options.rounds; round++) refused.push(await once());
  return {
    servers,
    othersWell,
    connectTimeoutSeconds: CONNECT_TIMEOUT_S,
    allWellSeconds: median(well),
    refusedOthersSeconds: median(refused.map(({ others }) => others)),
    refusedVerdictSeconds: median(refused.map(({ verdict }) => verdict)),
    frozenOthersSeconds: median(frozen.map(({ others }) => others)),
    frozenVerdictSeconds: median(frozen.map(({ verdict }) => verdict)),
  };
}
