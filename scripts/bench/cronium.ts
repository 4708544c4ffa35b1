import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { build } from 'esbuild';
import { type Account, openAccount } from './account.ts';
import type { Fleet } from './fleet.ts';
import type { Ask, Ran, Told } from './resident-words.ts';
import type { Command, Sample } from './sample.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const BUNDLE = join(ROOT, '.cache/bench/resident.mjs');
const RUNNERS = join(ROOT, 'dist/runners');

/** The process with the engine that makes several runs, and what it costs. */
export interface Resident extends AsyncDisposable {
  readonly dataDir: string;
  readonly account: Account;
  /** Makes a new engine with no connection, before the clock runs. */
  renew(): Promise<{ readonly rssMb: number }>;
  /** Closes the connections; the engine and what it knows stay. */
  disconnect(from: readonly string[]): Promise<void>;
  run(ask: Omit<Ask & { type: 'run' }, 'type'>): Promise<Ran>;
  /** Begins a run and does not wait for its end; resolves when a line with the text has come. */
  begin(ask: Omit<Ask & { type: 'run' }, 'type'> & { readonly tellsAt: string }): Promise<void>;
  /** Kills the process at once. */
  kill(): void;
}

/** Puts the resident process together as the extension's engine is: one file. */
export async function buildResident(): Promise<void> {
  await build({
    entryPoints: [join(import.meta.dirname, 'resident.ts')],
    outfile: BUNDLE,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'error',
  });
}

/** Starts the resident process for a fleet. `wrap` puts it into another namespace. */
export async function startResident(
  fleet: Fleet,
  options: { readonly name?: string; readonly wrap?: readonly string[] } = {},
): Promise<Resident> {
  const home = homeOf(fleet, options.name ?? 'resident');
  const [program = '', ...args] = [
    ...(options.wrap ?? []),
    process.execPath,
    BUNDLE,
    ...home.args,
    RUNNERS,
    home.folder,
  ];
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], cwd: ROOT });
  const account = openAccount('resident');
  if (child.pid !== undefined) account.add(child.pid);
  await told(child, 'ready');
  const ask = async <T extends Told['type']>(question: Ask, type: T): Promise<Extract<Told, { type: T }>> => {
    child.send(question);
    return await told(child, type);
  };
  return {
    dataDir: home.dataDir,
    account,
    renew: async () => {
      await ask({ type: 'close' }, 'closed');
      return await ask({ type: 'open' }, 'opened');
    },
    disconnect: async (from) => {
      await ask({ type: 'disconnect', from }, 'disconnected');
    },
    run: (question) => ask({ type: 'run', ...question }, 'ran'),
    begin: async (question) => {
      await ask({ type: 'run', ...question }, 'saw');
    },
    kill: () => void child.kill('SIGKILL'),
    [Symbol.asyncDispose]: async () => {
      const gone = new Promise((done) => child.once('exit', done));
      if (child.exitCode !== null || child.signalCode !== null) return account[Symbol.dispose]();
      await ask({ type: 'close' }, 'closed').catch(() => {});
      child.disconnect();
      await gone;
      account[Symbol.dispose]();
    },
  };
}

/** A run of the resident process as a sample beside those of the commands. */
export async function measureResident(
  resident: Resident,
  question: Omit<Ask & { type: 'run' }, 'type'>,
): Promise<Sample & { readonly ran: Ran }> {
  let peak = 0;
  const look = setInterval(() => {
    peak = Math.max(peak, resident.account.memory());
  }, 20);
  const before = resident.account.cpuSeconds();
  const ran = await resident.run(question);
  clearInterval(look);
  // What it does after a run's end is its, too.
  await delay(20);
  const cpuSeconds = resident.account.cpuSeconds() - before;
  const isGood = ran.outcomes.succeeded === question.on.length;
  return { wallMs: ran.wallMs, cpuSeconds, peakMb: peak / 1e6, output: '', code: isGood ? 0 : 1, ran };
}

/** The terminal's command: a process for each run. */
export function cliCommand(fleet: Fleet, count: number, script: string): Command {
  const home = homeOf(fleet, 'cli');
  const [dataDir = '', config = '', ssh = ''] = home.args;
  const global = ['-F', ssh, '--data-dir', dataDir, '--config', config];
  const run = ['run', script, '--parallel', String(count)];
  const on = fleet.names(count).flatMap((name) => ['--on', name]);
  return {
    command: [process.execPath, join(ROOT, 'dist/cli.js'), ...global, ...run, ...on],
    env: { HOME: home.folder },
  };
}

function homeOf(
  fleet: Fleet,
  name: string,
): { readonly folder: string; readonly dataDir: string; readonly args: readonly string[] } {
  const folder = join(fleet.folder, name);
  mkdirSync(folder, { recursive: true });
  const config = join(folder, 'config.yaml');
  writeFileSync(config, '');
  const dataDir = join(folder, 'data');
  return { folder, dataDir, args: [dataDir, config, fleet.config] };
}

/** The next word of the process, which must be of this type. */
function told<T extends Told['type']>(child: ChildProcess, type: T): Promise<Extract<Told, { type: T }>> {
  return new Promise((done, failed) => {
    const gone = (code: number | null): void => failed(new Error(`The resident process ended with ${code}`));
    child.once('exit', gone);
    child.on('message', function hear(message: Told) {
      if (message.type === 'saw' && type !== 'saw') return;
      child.off('message', hear);
      child.off('exit', gone);
      if (message.type === type) done(message as Extract<Told, { type: T }>);
      else failed(new Error(message.type === 'failed' ? message.message : `Told ${message.type} instead of ${type}`));
    });
  });
}
