// Runs a script on many servers at once through the engine, and prints as JSON what came of it and what it took.
// usage: unshare -n sh -c 'ip link set lo up; exec node test/bench/fleet.ts --servers 1000'
//   --lines N       each server's script prints N lines, which are counted
//   --mix           of 20 servers 2 refuse, and 1 each hangs, shows a wrong key, denies the login, drops in mid-run
//   --dropping N    the first N servers drop in mid-run
//   --runs N        so many runs one after the other over the same connections; the first is cold
//   --timeout S     ConnectTimeout
// With --runs there is a last line about what is left behind when all runs are forgotten and the client is gone.
// One sshd answers on all addresses of 127.1.0.0/16, so it needs a network namespace of its own.
import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server as NetServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { jobsOn } from '../faults/lab/check.ts';
import { processesWith } from '../faults/lab/processes.ts';
import { signals, startLab } from '../fixtures/lab.ts';
import { publicKey, type Sshd, startSshd } from '../fixtures/sshd.ts';
import { testKey } from '../fixtures/sshd-keys.ts';
import { startDropper } from './dropper.ts';
import { type LoopWork, tenths, watchLoopWork } from './loop-work.ts';

/** What one run over all servers came to. */
export interface FleetResult {
  readonly tookMs: number;
  /** `succeeded` or the code of a broken job → the servers of each kind that ended so. */
  readonly outcomes: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Servers whose script printed other lines than it should have, or another number of them. */
  readonly wrongLines: number;
  readonly lines: number;
  /** Servers that were reached by another address than their own. */
  readonly misled: number;
  /** Servers that were detached and followed again. */
  readonly reattached: number;
  readonly peakRssMb: number;
  /** After the run, without garbage where node was told to `--expose-gc`. */
  readonly heapMb: number;
  readonly openFiles: number;
  readonly cpuMs: number;
  /** How late the event loop was. Counts what other processes of the machine took from it, too. */
  readonly loopDelayMs: { readonly p99: number; readonly max: number };
  /** How much processor time this thread used from one turn of the loop to the next: what is its own fault. */
  readonly loopWorkMs: Pick<LoopWork, 'p99' | 'max'>;
}

/** What is left of all runs on the servers. */
export interface FleetLeft {
  readonly spools: number;
  readonly processes: number;
}

type Kind = 'good' | 'refusing' | 'hanging' | 'wrongKey' | 'denying' | 'dropping';

const KINDS: readonly Kind[] = ['refusing', 'refusing', 'hanging', 'wrongKey', 'denying', 'dropping'];

const { values } = parseArgs({
  options: {
    servers: { type: 'string', default: '100' },
    lines: { type: 'string', default: '0' },
    dropping: { type: 'string', default: '0' },
    runs: { type: 'string', default: '1' },
    timeout: { type: 'string', default: '15' },
    mix: { type: 'boolean', default: false },
  },
});
const servers = Array.from({ length: Number(values.servers) }, (_, index) => {
  const mixed = values.mix ? (KINDS[index % 20] ?? 'good') : 'good';
  const kind: Kind = index < Number(values.dropping) ? 'dropping' : mixed;
  return { name: `${kind}${index + 1}`, kind, address: `127.1.${Math.floor(index / 250)}.${1 + (index % 250)}` };
});
const TICK_MS = 5;
const lineCount = Number(values.lines);

await using sshd = await startSshd({ address: '0.0.0.0', config: ['MaxStartups 3000', 'LogLevel INFO'] });
await using dropper = await startDropper({ port: sshd.port });
const silent = await listen(createServer(() => {}));
const folder = mkdtempSync(join(tmpdir(), 'cronium-fleet-'));
await using lab = await startLab({ servers: 0 });
writeFileSync(lab.sshConfigFile, configuration(sshd));
const script = lab.script(
  'work.sh',
  `#!/bin/sh
# cronium:
#   retries: 0
#   args: ["\${server.name}"]
case $1 in dropping*) : < ${folder}/gate ;; esac
echo "at $SSH_CONNECTION"
seq ${lineCount}
`,
);
const engine = lab.engine();
// What is loaded once is loaded before.
const warm = lab.script('warm.sh', '#!/bin/sh\n');
for await (const _ of engine.run(await lab.plan(engine, warm, ['warm']), signals()));
for (let run = 0; run < Number(values.runs); run += 1) console.log(JSON.stringify(await measure()));
if (Number(values.runs) > 1) console.log(JSON.stringify(await forgetAll()));
silent.close();
rmSync(folder, { recursive: true });

async function measure(): Promise<FleetResult> {
  const plan = await lab.plan(
    engine,
    script,
    servers.map(({ name }) => name),
    { parallel: 1000 },
  );
  const kindOf = new Map<string, Kind>(servers.map(({ name, kind }) => [name, kind]));
  const outcomes: Record<string, Record<string, number>> = {};
  const seen = new Map<string, { next: number; rest: string }>();
  const detached = new Set<string>();
  const waiting = new Set(servers.filter(({ kind }) => kind === 'dropping').map(({ name }) => name));
  // Whoever opens it waits until somebody has it open for writing: that costs nobody anything.
  const gate = join(folder, 'gate');
  rmSync(gate, { force: true });
  execFileSync('mkfifo', [gate]);
  let opened: number | undefined;
  // Those that drop are reached through a proxy.
  const addressOf = new Map(servers.filter(({ kind }) => kind === 'good').map(({ name, address }) => [name, address]));
  let lines = 0;
  let misled = 0;
  let peakRss = 0;
  const timer = setInterval(() => {
    peakRss = Math.max(peakRss, process.memoryUsage.rss());
  }, 50);
  const lateness = monitorEventLoopDelay({ resolution: TICK_MS });
  lateness.enable();
  const work = watchLoopWork();
  const cpu = process.cpuUsage();
  const began = performance.now();
  for await (const event of engine.run(plan, signals())) {
    if (event.type === 'phase' && event.phase === 'detached') detached.add(event.server);
    if (event.type === 'phase' && event.phase === 'running' && waiting.delete(event.server) && waiting.size === 0) {
      dropper.drop();
      opened = openSync(gate, 'r+');
    }
    if (event.type === 'output') {
      const progress = seen.get(event.server) ?? { next: 1, rest: '' };
      seen.set(event.server, progress);
      const parts = (progress.rest + event.text).split('\n');
      progress.rest = parts.pop() ?? '';
      for (const part of parts) {
        if (part.startsWith('at ')) {
          const [, , , address] = part.split(' ');
          if (addressOf.has(event.server) && address !== addressOf.get(event.server)) misled += 1;
          continue;
        }
        if (part === String(progress.next)) progress.next += 1;
        lines += 1;
      }
    }
    if (event.type === 'settled') {
      const { outcome } = event;
      const end = outcome.kind === 'broken' ? outcome.code : outcome.kind;
      const kind = kindOf.get(event.server) ?? 'good';
      outcomes[end] ??= {};
      const counts = outcomes[end];
      counts[kind] = (counts[kind] ?? 0) + 1;
    }
  }
  const tookMs = Math.round(performance.now() - began);
  lateness.disable();
  const { p99, max } = work();
  clearInterval(timer);
  if (opened !== undefined) closeSync(opened);
  const used = process.cpuUsage(cpu);
  globalThis.gc?.();
  const ran = servers.filter(({ kind }) => kind === 'good' || kind === 'dropping').length;
  const whole = [...seen.values()].filter(({ next, rest }) => next === lineCount + 1 && rest === '').length;
  return {
    tookMs,
    outcomes,
    wrongLines: ran - whole,
    lines,
    misled,
    reattached: detached.size,
    peakRssMb: Math.round(peakRss / 1e6),
    heapMb: tenths(process.memoryUsage().heapUsed / 1e6),
    openFiles: readdirSync('/proc/self/fd').length,
    cpuMs: Math.round((used.user + used.system) / 1000),
    loopDelayMs: { p99: tenths(lateness.percentile(99) / 1e6 - TICK_MS), max: tenths(lateness.max / 1e6 - TICK_MS) },
    loopWorkMs: { p99, max },
  };
}

/** Forgets every run and leaves; what is on the servers after a while is left behind. */
async function forgetAll(): Promise<FleetLeft> {
  for (const { id } of engine.runs()) await engine.forgetRun(id);
  // All share one home. What is acknowledged stays on a server for an hour, unless somebody cleans it.
  for (const server of await engine.selectServers(['warm'])) {
    await engine.clean(server, { signal: new AbortController().signal });
  }
  await engine[Symbol.asyncDispose]();
  const left = () => ({ spools: jobsOn(sshd).length, processes: processesWith(sshd.stateHome).length });
  const end = performance.now() + 20_000;
  while (performance.now() < end && Object.values(left()).some((count) => count > 0)) await delay(100);
  return left();
}

function configuration({ port, identityFile }: Sshd): string {
  mkdirSync(folder, { recursive: true });
  const knownHosts = join(folder, 'known_hosts');
  const right = publicKey(testKey('host'));
  writeFileSync(knownHosts, `* ${right}\n[*]:* ${right}\n`);
  const wrong = join(folder, 'wrong_hosts');
  writeFileSync(wrong, `wrong ${publicKey(testKey('other-host'))}\n`);
  const lines: Record<Kind, readonly string[]> = {
    good: [],
    refusing: ['Port 9'],
    hanging: [`Port ${silent.port}`],
    wrongKey: ['HostKeyAlias wrong', `UserKnownHostsFile ${wrong}`],
    denying: [`IdentityFile ${testKey('elsewhere')}`],
    dropping: [`Port ${dropper.port}`],
  };
  const blocks = servers.flatMap(({ name, kind, address }) => [
    `Host ${name}`,
    ...lines[kind],
    `HostName ${address}`,
    ...(kind === 'denying' ? [] : [`IdentityFile ${identityFile}`]),
  ]);
  const common = [
    'Host *',
    `Port ${port}`,
    'User root',
    'IdentityAgent none',
    `ConnectTimeout ${values.timeout}`,
    `UserKnownHostsFile ${knownHosts}`,
    'GlobalKnownHostsFile /dev/null',
    '',
  ];
  return [...blocks, 'Host warm', 'HostName 127.2.0.1', `IdentityFile ${identityFile}`, ...common].join('\n');
}

function listen(server: NetServer): Promise<{ readonly port: number; close(): void }> {
  return new Promise((resolve) => {
    server.listen(0, '0.0.0.0', () => {
      const bound = server.address();
      if (bound === null || typeof bound === 'string') throw new Error('No port');
      resolve({ port: bound.port, close: () => server.close() });
    });
  });
}
