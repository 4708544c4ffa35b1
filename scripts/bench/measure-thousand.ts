import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { knownName, publicKey, startSshd } from '../../test/fixtures/sshd.ts';
import { startResident } from './cronium.ts';
import type { Fleet } from './fleet.ts';
import { untilQuiet } from './machine.ts';
import type { RoundsOptions } from './measure-runs.ts';
import { writeCheckScript } from './script.ts';
import { median } from './statistics.ts';
import { longestWork, startWitness } from './witness.ts';

const PORT = 2_222;

/** One run over many servers, all cold. */
export interface ManyResult {
  readonly servers: number;
  readonly seconds: number;
  readonly succeeded: number;
  readonly peakMb: number;
  readonly cpuSeconds: number;
  /** The most processor time of a turn of the event loop, without that in which the machine stood still. */
  readonly loopMaxMs: number;
}

/** Servers on as many addresses; one sshd in a network of its own answers for all of them. */
export async function measureThousand(servers: number, options: RoundsOptions): Promise<ManyResult> {
  const namespace = ['unshare', '--net', '/bin/sh', '-c', 'ip link set lo up && exec "$0" "$@"'];
  await using sshd = await startSshd({
    address: '0.0.0.0',
    port: PORT,
    config: ['LogLevel INFO', 'MaxStartups 3000:30:4000'],
    env: { BENCH_HOST: '1' },
    wrap: (command) => [...namespace, ...command],
  });
  const names = Array.from({ length: servers }, (_, index) => `host${index + 1}`);
  const fleet: Fleet = {
    folder: sshd.folder,
    servers: [sshd],
    config: writeConfig(sshd.folder, names, sshd.identityFile),
    sharedConfig: '',
    names: (count) => names.slice(0, count),
    hostsFile: () => '',
    [Symbol.asyncDispose]: async () => {},
  };
  const script = writeCheckScript(fleet.folder);
  const pid = readFileSync(join(sshd.folder, 'sshd.pid'), 'utf8').trim();
  const rows: ManyResult[] = [];
  using witness = await startWitness();
  for (let round = 0; round < options.rounds; round++) {
    await using resident = await startResident(fleet, { wrap: ['nsenter', `--net=/proc/${pid}/ns/net`] });
    // The runner is there, as on servers that are known.
    await resident.run({ script, on: fleet.names(1) });
    await resident.renew();
    await untilQuiet(options.quietMs);
    const before = resident.account.cpuSeconds();
    const ran = await resident.run({ script, on: names, watchMemory: true });
    rows.push({
      servers,
      seconds: ran.wallMs / 1_000,
      succeeded: ran.outcomes.succeeded ?? 0,
      peakMb: ran.rssMb,
      cpuSeconds: resident.account.cpuSeconds() - before,
      loopMaxMs: longestWork(ran.longTurns, witness),
    });
    options.say(`  ${servers} servers: ${(ran.wallMs / 1_000).toFixed(1)} s ${JSON.stringify(ran.outcomes)}`);
  }
  const of = (name: keyof ManyResult): number => median(rows.map((row) => row[name]));
  return {
    servers,
    seconds: of('seconds'),
    succeeded: Math.min(...rows.map(({ succeeded }) => succeeded)),
    peakMb: of('peakMb'),
    cpuSeconds: of('cpuSeconds'),
    loopMaxMs: Math.max(...rows.map(({ loopMaxMs }) => loopMaxMs)),
  };
}

function writeConfig(folder: string, names: readonly string[], identityFile: string): string {
  const address = (index: number): string => `127.1.${(index + 1) >> 8}.${(index + 1) & 255}`;
  const hostKey = /^HostKey (.+)$/m.exec(readFileSync(join(folder, 'sshd_config'), 'utf8'))?.[1] ?? '';
  const known = names.map((_, index) => `${knownName(address(index), PORT)} ${publicKey(hostKey)}`);
  writeFileSync(join(folder, 'known_hosts'), `${known.join('\n')}\n`);
  const hosts = names.map((name, index) => `Host ${name}\n  HostName ${address(index)}`);
  const common = [
    ...['Host *', `  Port ${PORT}`, '  User root', `  IdentityFile ${identityFile}`, '  IdentityAgent none'],
    ...[`  UserKnownHostsFile ${join(folder, 'known_hosts')}`, '  GlobalKnownHostsFile /dev/null'],
  ];
  const path = join(folder, 'ssh_config');
  writeFileSync(path, `${[...hosts, ...common].join('\n')}\n`);
  return path;
}
