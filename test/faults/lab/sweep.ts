import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Lab, type LabOptions, startLab } from '../../fixtures/lab.ts';
import type { Random } from '../random.ts';
import { behind, type Chaos, type Rules, startChaos } from './chaos.ts';
import { checkRun } from './check.ts';
import type { Breakage } from './stretch.ts';

/** A lab in which each server is behind a proxy of its own, so that one run is broken at many points at once. */
export interface SweepLab extends Lab {
  readonly proxies: readonly Chaos[];
  readonly names: readonly string[];
  /** The folder into which scripts with the head `TRUTH` write, a file for each server. */
  readonly truths: string;
  /** The n-th server's next connection gets these rules, all others none. */
  breakNext(rules: (server: number) => Rules): void;
  /** Bytes that an honest run of this script takes on one connection, and its true end on every server. */
  measure(script: string): Promise<{ readonly up: number; readonly down: number }>;
  /** Runs the script everywhere. */
  runAll(script: string): Promise<{ readonly code: number | null; readonly stderr: string }>;
  /** Holds the latest run on each server against the truth. */
  checkAll(outcome: object): Promise<void>;
}

export async function startSweepLab(
  random: Random,
  { servers: count = 6, ...options }: Omit<LabOptions, 'reach'> = {},
): Promise<SweepLab> {
  const proxies: Chaos[] = [];
  const lab = await startLab({
    ...options,
    servers: count,
    reach: async (server, index) => {
      const chaos = await startChaos(server, { random: random.fork() });
      proxies[index] = chaos;
      return behind(server, chaos);
    },
  });
  const names = lab.servers.map((_, index) => `web${index + 1}`);
  let truths = '';
  let round = 0;
  const runAll = async (script: string) => {
    truths = join(lab.folder, `truths${round++}`);
    mkdirSync(truths);
    return await lab.cli('run', script, '--on', names.join(), '--', truths);
  };
  return {
    ...lab,
    proxies,
    names,
    get truths() {
      return truths;
    },
    breakNext: (rules) => {
      for (const [index, proxy] of proxies.entries()) {
        const next = proxy.connections;
        proxy.rules = (connection) => (connection === next ? rules(index) : {});
      }
    },
    measure: async (script) => {
      const { code, stderr } = await runAll(script);
      if (code !== 0) throw new Error(`An honest run ended with ${code}: ${stderr}`);
      const before = proxies[0]?.carried ?? { up: 0, down: 0 };
      await runAll(script);
      const after = proxies[0]?.carried ?? { up: 0, down: 0 };
      return { up: after.up - before.up, down: after.down - before.down };
    },
    runAll,
    checkAll: async (outcome) => {
      for (const [index, server] of names.entries()) {
        const sshd = lab.servers[index];
        if (sshd) await checkRun(lab, { sshd, server, truth: join(truths, server), outcome });
      }
    },
    [Symbol.asyncDispose]: async () => {
      await lab[Symbol.asyncDispose]();
      await Promise.all(proxies.map((proxy) => proxy[Symbol.asyncDispose]()));
    },
  };
}

/** A way to break that both ends hear of. */
export function loud(random: Random): Breakage {
  return random.pick(['reset', 'end'] as const);
}
