import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { compiled } from './compiled.ts';

/** The far end's address; both networks are empty but for the wire. */
export const FAR_ADDRESS = '192.0.2.2';
const NEAR_ADDRESS = '192.0.2.1';

/** Two networks of their own, so far apart; how a command is put into each. */
export interface Wire extends Disposable {
  readonly near: readonly string[];
  readonly far: readonly string[];
}

/** Needs root and a C compiler. */
export async function stretchWire(rttMs: number): Promise<Wire> {
  const program = compiled('wire');
  const holders = [hold(), hold()] as const;
  const [near, far] = await Promise.all(holders.map(hasNetwork));
  const wire = spawn(program, [String(near), String(far), String(rttMs)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const close = (): void => {
    for (const child of [wire, ...holders]) child.kill('SIGKILL');
  };
  await new Promise<void>((ready, failed) => {
    wire.stdout.once('data', () => ready());
    wire.once('exit', (code) => failed(new Error(`The wire ended with ${code}`)));
  }).catch((error: unknown) => {
    close();
    throw error;
  });
  const into = (pid: number | undefined): string[] => ['nsenter', `--net=/proc/${pid}/ns/net`];
  const ip = (pid: number | undefined, ...words: string[]): void => {
    const [program = '', ...args] = [...into(pid), 'ip', ...words];
    execFileSync(program, args);
  };
  for (const [pid, own, other] of [
    [near, NEAR_ADDRESS, FAR_ADDRESS],
    [far, FAR_ADDRESS, NEAR_ADDRESS],
  ] as const) {
    ip(pid, 'link', 'set', 'lo', 'up');
    ip(pid, 'address', 'add', own, 'peer', other, 'dev', 'wire');
    ip(pid, 'link', 'set', 'wire', 'mtu', '1500', 'up');
  }
  return { near: into(near), far: into(far), [Symbol.dispose]: close };
}

/** A process that does nothing in a network of its own. */
function hold(): ChildProcess {
  return spawn('unshare', ['--net', 'sleep', '3600'], { stdio: 'ignore' });
}

async function hasNetwork(child: ChildProcess): Promise<number> {
  const own = readlinkSync('/proc/self/ns/net');
  for (const until = performance.now() + 5_000; performance.now() < until; ) {
    if (child.pid !== undefined && readlinkSync(`/proc/${child.pid}/ns/net`) !== own) return child.pid;
    await delay(10);
  }
  throw new Error('A network of its own cannot be made: that needs root');
}
