import { RESIDENT, type RunsResult } from './measure-runs.ts';
import type { Sections } from './results.ts';
import type { Summary } from './sample.ts';
import type { Temperature } from './tools.ts';

/** One condition of a budget with what was measured. */
export interface Check {
  readonly text: string;
  readonly isMet: boolean;
}

/** A row of the table of budgets. `profile`: where `docs/profile.md` shows why, when the must is missed. */
export interface Budget {
  readonly what: string;
  readonly must: string;
  readonly goal: string;
  readonly profile: string;
  /** Undefined: not measured. */
  check(found: Partial<Sections>): { readonly must: readonly Check[]; readonly goal: readonly Check[] } | undefined;
}

/** Whole ones: fractions of the fit come from delayed acknowledgements. */
function trips(found: Partial<Sections>, name: string): number {
  return Math.round(found.trips?.find((row) => row.name === name)?.trips ?? Number.NaN);
}

function runs(found: Partial<Sections>, count: number, temperature: Temperature): RunsResult | undefined {
  return found.runs?.find((row) => row.count === count && row.temperature === temperature);
}

function atMost(text: string, value: number, limit: number): Check {
  return { text, isMet: value <= limit };
}

/** `0.34 × ssh`, met up to the limit. */
function ratio(one: number, name: string, other: number, limit: number): Check {
  return atMost(`${(one / other).toFixed(2)} × ${name}`, one / other, limit);
}

const NOBODY: Summary = {
  ...{ runs: 0, bad: 0, wallMs: Number.NaN, minMs: Number.NaN, maxMs: Number.NaN },
  ...{ cpuSeconds: Number.NaN, peakMb: Number.NaN },
};

export const BUDGETS: readonly Budget[] = [
  {
    what: 'Warm run, one server, resident process',
    must: '≤ 0.5 × `ssh` over a live ControlMaster; ≤ 2 round trips',
    goal: '≤ 0.2 ×; 1 round trip',
    profile: 'a-warm-run',
    check: (found) => {
      const row = runs(found, 1, 'warm');
      if (!row) return undefined;
      const { [RESIDENT]: ours = NOBODY, ssh = NOBODY } = row.tools;
      const there = trips(found, 'Cronium, warm');
      const with_ = (most: number, mostTrips: number): Check[] => [
        ratio(ours.wallMs, 'ssh', ssh.wallMs, most),
        atMost(`${there} round trips`, there, mostTrips),
      ];
      return { must: with_(0.5, 2), goal: with_(0.2, 1) };
    },
  },
  {
    what: 'First run on a known server',
    must: '≤ 0.35 × `ssh host bash -s`; 1 connection, 1 channel; ≤ 11 round trips',
    goal: '≤ 0.2 ×; ≤ 6 round trips',
    profile: 'a-first-run',
    check: (found) => {
      const row = runs(found, 1, 'cold');
      if (!row) return undefined;
      const { [RESIDENT]: ours = NOBODY, ssh = NOBODY } = row.tools;
      const there = trips(found, 'Cronium, cold');
      const with_ = (most: number, mostTrips: number): Check[] => [
        ratio(ours.wallMs, 'ssh', ssh.wallMs, most),
        atMost(`${there} round trips`, there, mostTrips),
      ];
      return { must: with_(0.35, 11), goal: with_(0.2, 6) };
    },
  },
  {
    what: 'First run on a fresh server',
    must: '1 connection, 1 channel; runner ≤ 3 MB, ≤ 1.5 MB compressed',
    goal: 'runner ≤ 0.9 MB compressed',
    profile: 'a-first-run',
    check: ({ fresh }) =>
      fresh && {
        must: [
          atMost(`${fresh.connections} connection`, fresh.connections, 1),
          atMost(`${fresh.channels} channel`, fresh.channels, 1),
          atMost(`${fresh.runnerMb.toFixed(2)} MB`, fresh.runnerMb, 3),
          atMost(`${fresh.runnerCompressedMb.toFixed(2)} MB compressed`, fresh.runnerCompressedMb, 1.5),
        ],
        goal: [atMost(`${fresh.runnerCompressedMb.toFixed(2)} MB compressed`, fresh.runnerCompressedMb, 0.9)],
      },
  },
  {
    what: '100 servers, cold',
    must: '≤ 0.4 × pssh, pdsh, clush; ≤ 1.1 × Fabric; client CPU ≤ 0.12 × `ssh`',
    goal: '≤ 1.0 × Fabric; client CPU ≤ 0.06 ×',
    profile: 'a-hundred-servers',
    check: (found) => {
      const row = runs(found, 100, 'cold');
      if (!row) return undefined;
      const { [RESIDENT]: ours = NOBODY, ssh = NOBODY, Fabric = NOBODY } = row.tools;
      const fan = (name: string): Check => ratio(ours.wallMs, name, row.tools[name]?.wallMs ?? Number.NaN, 0.4);
      const cpu = (most: number): Check => ratio(ours.cpuSeconds, "ssh's CPU", ssh.cpuSeconds, most);
      return {
        must: [...['pssh', 'pdsh', 'clush'].map(fan), ratio(ours.wallMs, 'Fabric', Fabric.wallMs, 1.1), cpu(0.12)],
        goal: [ratio(ours.wallMs, 'Fabric', Fabric.wallMs, 1), cpu(0.06)],
      };
    },
  },
  {
    what: '100 servers, warm',
    must: '≤ 0.7 × an `ssh` loop over masters, ≤ 0.08 × Ansible; client CPU ≤ 0.15 ×',
    goal: '≤ 0.4 ×; client CPU ≤ 0.05 ×',
    profile: 'a-hundred-servers',
    check: (found) => {
      const row = runs(found, 100, 'warm');
      if (!row) return undefined;
      const { [RESIDENT]: ours = NOBODY, ssh = NOBODY, Ansible = NOBODY } = row.tools;
      const cpu = (most: number): Check => ratio(ours.cpuSeconds, "ssh's CPU", ssh.cpuSeconds, most);
      return {
        must: [
          ratio(ours.wallMs, 'ssh', ssh.wallMs, 0.7),
          ratio(ours.wallMs, 'Ansible', Ansible.wallMs, 0.08),
          cpu(0.15),
        ],
        goal: [ratio(ours.wallMs, 'ssh', ssh.wallMs, 0.4), cpu(0.05)],
      };
    },
  },
  {
    what: '1,000 servers',
    must: 'all final in ≤ 60 s on two cores shared with the servers, ≤ 400 MB',
    goal: '≤ 30 s, ≤ 250 MB',
    profile: 'a-thousand-servers',
    check: ({ thousand }) => {
      if (!thousand || thousand.servers < 1_000) return undefined;
      const { seconds, peakMb, succeeded, servers } = thousand;
      const all = { text: `${succeeded} of ${servers} succeeded`, isMet: succeeded === servers };
      const with_ = (most: number, mostMb: number): Check[] => [
        atMost(`${seconds.toFixed(1)} s`, seconds, most),
        atMost(`${peakMb.toFixed(0)} MB`, peakMb, mostMb),
      ];
      return { must: [all, ...with_(60, 400)], goal: with_(30, 250) };
    },
  },
  {
    what: 'Event loop blocked by us',
    must: 'no block > 50 ms',
    goal: '> 20 ms never',
    profile: 'the-event-loop',
    check: ({ thousand, throughput }) => {
      if (!thousand || !throughput) return undefined;
      const with_ = (most: number): Check[] => [
        atMost(`${thousand.loopMaxMs.toFixed(0)} ms with ${thousand.servers} servers`, thousand.loopMaxMs, most),
        atMost(`${throughput.loopMaxMs.toFixed(0)} ms in the long log`, throughput.loopMaxMs, most),
      ];
      return { must: with_(50), goal: with_(20) };
    },
  },
  {
    what: 'Logs of one server, script to mirror',
    must: '≥ 60 MB/s and ≥ 100,000 lines/s; 1 GiB with < 250 MB',
    goal: '≥ 150 MB/s',
    profile: 'a-long-log',
    check: ({ throughput }) =>
      throughput && {
        must: [
          { text: throughput.isWhole ? 'every byte' : 'bytes are missing', isMet: throughput.isWhole },
          { text: `${throughput.mbPerSecond.toFixed(0)} MB/s`, isMet: throughput.mbPerSecond >= 60 },
          {
            text: `${(throughput.linesPerSecond / 1_000).toFixed(0)},000 lines/s`,
            isMet: throughput.linesPerSecond >= 100_000,
          },
          atMost(`${throughput.peakMb.toFixed(0)} MB for ${throughput.mebibytes} MiB`, throughput.peakMb, 250),
        ],
        goal: [{ text: `${throughput.mbPerSecond.toFixed(0)} MB/s`, isMet: throughput.mbPerSecond >= 150 }],
      },
  },
  {
    what: 'A line on the server → our event',
    must: '≤ 5 ms + ½ round trip',
    goal: '≤ 1 ms',
    profile: 'a-line',
    check: ({ lines }) => {
      if (!lines) return undefined;
      const text = `${lines.cronium.medianMs.toFixed(1)} ms (ssh ${lines.ssh.medianMs.toFixed(1)} ms)`;
      return {
        must: [atMost(text, lines.cronium.medianMs, 5)],
        goal: [atMost(text, lines.cronium.medianMs, 1)],
      };
    },
  },
  {
    what: 'Processes left after cancel, time limit, or a killed client that cancels on return',
    must: '0, in ≤ 6 s, also children with their own session and those that ignore TERM and HUP',
    goal: 'and the log names who needed KILL',
    profile: 'what-is-left',
    check: ({ left }) =>
      left && {
        must: left
          .filter(({ how }) => how.startsWith('Cronium'))
          .map(({ how, after, seconds = Number.NaN }) => ({
            text: `${how.replace('Cronium: ', '')}: ${after} after ${seconds.toFixed(1)} s`,
            isMet: after === 0 && seconds <= 6,
          })),
        goal: [],
      },
  },
  {
    what: 'One of 100 servers dead',
    must: 'the others not slower (± 5 %), its own verdict within the connect timeout',
    goal: 'refused: < 1 s',
    profile: 'one-dead-server',
    check: ({ dead }) => {
      if (!dead || dead.servers < 100) return undefined;
      const slower = (name: string, seconds: number): Check => {
        const percent = (seconds / dead.allWellSeconds - 1) * 100;
        return atMost(`${name}: others ${percent < 0 ? '−' : '+'}${Math.abs(percent).toFixed(0)} %`, percent, 5);
      };
      const { frozenVerdictSeconds, refusedVerdictSeconds, connectTimeoutSeconds } = dead;
      const refused = `refused after ${refusedVerdictSeconds.toFixed(2)} s`;
      return {
        must: [
          { text: `${dead.othersWell} others succeeded`, isMet: dead.othersWell >= dead.servers - 1 },
          slower('refused', dead.refusedOthersSeconds),
          slower('frozen', dead.frozenOthersSeconds),
          // Told at the timeout, on a loop that turns once more.
          atMost(
            `frozen: told after ${frozenVerdictSeconds.toFixed(1)} of ${connectTimeoutSeconds} s`,
            frozenVerdictSeconds,
            connectTimeoutSeconds + 0.5,
          ),
        ],
        goal: [atMost(refused, refusedVerdictSeconds, 1)],
      };
    },
  },
  {
    what: 'Activation of the extension',
    must: '< 50 ms; nothing heavy is loaded before the first use',
    goal: '< 20 ms',
    profile: 'activation',
    check: ({ activation }) => {
      if (!activation) return undefined;
      const { loadMs, activateMs, engineIsLoaded } = activation;
      const text = `${(loadMs + activateMs).toFixed(1)} ms (of that ${loadMs.toFixed(1)} ms to load the file)`;
      return {
        must: [
          atMost(text, loadMs + activateMs, 50),
          { text: engineIsLoaded ? 'the engine is loaded' : 'the engine is not loaded', isMet: !engineIsLoaded },
        ],
        goal: [atMost(text, loadMs + activateMs, 20)],
      };
    },
  },
];
