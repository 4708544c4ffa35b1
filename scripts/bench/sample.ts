import { spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { type Account, openAccount } from './account.ts';
import { median } from './statistics.ts';

/** The group is joined before the program begins, and the shell is the program from then on. */
const ALONE = 'read -r go && exec "$0" "$@" < /dev/null';
const WITH_INPUT = 'read -r go && exec "$0" "$@" <&3';

/** How often the memory is looked at. */
const LOOK_EVERY_MS = 20;

/** What one run has cost on the client's side. */
export interface Sample {
  readonly wallMs: number;
  readonly cpuSeconds: number;
  /** The most memory of its own that the tree of processes had at once. */
  readonly peakMb: number;
  /** What it printed; for those who check it. */
  readonly output: string;
  readonly code: number | null;
}

/** Medians over the good samples of one tool. */
export interface Summary {
  readonly runs: number;
  /** Runs that did not do what they were asked. */
  readonly bad: number;
  readonly wallMs: number;
  readonly minMs: number;
  readonly maxMs: number;
  readonly cpuSeconds: number;
  readonly peakMb: number;
}

export interface Command {
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Counts what outlives the command, too: background masters of earlier commands. */
  readonly account?: Account;
  readonly input?: string;
}

/** Runs a command to its end and says what its whole tree of processes has cost. */
export async function measureCommand({ command, env = {}, account, input }: Command): Promise<Sample> {
  const counted = account ?? openAccount('command');
  const [program = '', ...args] = command;
  const child = spawn('/bin/sh', ['-c', input === undefined ? ALONE : WITH_INPUT, program, ...args], {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'pipe', input === undefined ? 'ignore' : 'pipe'],
    // Signals of ours do not end it by halves.
    detached: true,
  });
  const chunks: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => chunks.push(chunk));
  if (child.pid !== undefined) counted.add(child.pid);
  let peak = 0;
  const look = setInterval(() => {
    peak = Math.max(peak, counted.memory());
  }, LOOK_EVERY_MS);
  const before = counted.cpuSeconds();
  const began = performance.now();
  child.stdin?.end('\n');
  if (input !== undefined) (child.stdio[3] as NodeJS.WritableStream | undefined)?.end(input);
  const code = await new Promise<number | null>((done, failed) => {
    child.once('error', failed);
    child.once('exit', done);
  });
  const wallMs = performance.now() - began;
  clearInterval(look);
  // What it printed last may still be in the pipe; a background master holds the pipe open for ever.
  await delay(20);
  const cpuSeconds = counted.cpuSeconds() - before;
  if (!account) counted[Symbol.dispose]();
  return { wallMs, cpuSeconds, peakMb: peak / 1e6, output: Buffer.concat(chunks).toString('utf8'), code };
}

export function summarize(samples: readonly Sample[], isGood: (sample: Sample) => boolean): Summary {
  const good = samples.filter(isGood);
  const walls = good.map(({ wallMs }) => wallMs);
  return {
    runs: good.length,
    bad: samples.length - good.length,
    wallMs: median(walls),
    minMs: Math.min(...walls),
    maxMs: Math.max(...walls),
    cpuSeconds: median(good.map(({ cpuSeconds }) => cpuSeconds)),
    peakMb: median(good.map(({ peakMb }) => peakMb)),
  };
}
