import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { arch, cpus, release, totalmem } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';

/** Less of the machine than this is taken by others: what is measured then is ours. */
const QUIET_SHARE = 0.12;

/** How long a look at the others takes. */
const LOOK_MS = 250;

/** Where it was measured, and with what. */
export interface Machine {
  readonly date: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGib: number;
  readonly system: string;
  readonly commit: string;
  /** Tool → version. */
  readonly versions: Readonly<Record<string, string>>;
}

/** Waits until others leave the machine alone, at most so long; the share that they took at the last look. */
export async function untilQuiet(limitMs: number): Promise<number> {
  const until = performance.now() + limitMs;
  for (;;) {
    const before = busySeconds();
    const from = performance.now();
    await delay(LOOK_MS);
    const share = (busySeconds() - before) / ((performance.now() - from) / 1_000) / cpus().length;
    if (share < QUIET_SHARE || performance.now() > until) return share;
  }
}

/** Seconds of CPU that were used on this machine since it started. */
function busySeconds(): number {
  const [, ...ticks] = (readFileSync('/proc/stat', 'utf8').split('\n')[0] ?? '').split(/\s+/);
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = ticks.map(Number);
  return (user + nice + system + irq + softirq + steal) / 100;
}

export function describeMachine(): Machine {
  return {
    date: new Date().toISOString().slice(0, 10),
    cpu: cpus()[0]?.model.trim() ?? arch(),
    cores: cpus().length,
    memoryGib: Math.round(totalmem() / 2 ** 30),
    system: `${/^PRETTY_NAME="(.+)"$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'Linux'}, kernel ${release()}`,
    commit: said('git', ['rev-parse', '--short', 'HEAD']),
    versions: {
      Node: process.version.slice(1),
      OpenSSH: /OpenSSH_(\S+?),? /.exec(said('ssh', ['-V']))?.[1] ?? '?',
      pssh: said('parallel-ssh', ['--version']),
      pdsh: /pdsh-(\S+)/.exec(said('pdsh', ['-V']))?.[1] ?? '?',
      clush: /(\d[\d.]+)/.exec(said('clush', ['--version']))?.[1] ?? '?',
      Fabric: said('/usr/bin/python3', ['-W', 'ignore', '-c', 'import fabric; print(fabric.__version__)']),
      Ansible: /core (\S+?)\]/.exec(said('ansible', ['--version']))?.[1] ?? '?',
    },
  };
}

/** What a program says of itself, whichever way. */
function said(program: string, args: readonly string[]): string {
  try {
    return execFileSync('/bin/sh', ['-c', 'exec "$0" "$@" 2>&1', program, ...args], { encoding: 'utf8' }).trim();
  } catch {
    return '?';
  }
}
