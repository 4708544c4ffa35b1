import { randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { errorCode } from './error-code.ts';

/** Who looks after a job: one engine in one process. */
export interface Owner extends ProcessIdentity {
  /** 32 hex digits. */
  readonly id: string;
}

/** A process, told apart from a later one with the same number. */
export interface ProcessIdentity {
  /** Where the number means this process: on Linux the boot and the namespace, elsewhere the host's name. */
  readonly place: string;
  readonly pid: number;
  /** Clock ticks from boot to the start of the process, where the system tells. */
  readonly startTicks?: number;
}

/** A new owner in this process. */
export function newOwner(): Owner {
  const startTicks = processStat(process.pid)?.startTicks;
  return {
    id: randomBytes(16).toString('hex'),
    place: currentPlace(),
    pid: process.pid,
    ...(startTicks === undefined ? {} : { startTicks }),
  };
}

/** Says whether the process has surely ended. In another place, or where the system does not tell, nothing is sure. */
export function isKnownDead(identity: ProcessIdentity): boolean {
  if (identity.place !== currentPlace()) return false;
  try {
    process.kill(identity.pid, 0);
  } catch (error) {
    // EPERM: somebody else's process, alive; it may have got the number of a dead one, which its start shows below.
    if (errorCode(error) === 'ESRCH') return true;
  }
  const stat = processStat(identity.pid);
  if (stat === undefined) return false;
  return stat.isZombie || (identity.startTicks !== undefined && stat.startTicks !== identity.startTicks);
}

/** Says whether the process surely lives: here, with the number and the start that are known. */
export function isKnownAlive(identity: ProcessIdentity): boolean {
  if (identity.place !== currentPlace() || identity.startTicks === undefined) return false;
  const stat = processStat(identity.pid);
  return stat !== undefined && !stat.isZombie && stat.startTicks === identity.startTicks;
}

function currentPlace(): string {
  try {
    // Containers share the boot id with their host but not the process numbers.
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return hostname(); // Not Linux.
  }
}

function processStat(pid: number): { isZombie: boolean; startTicks: number } | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return undefined; // Not Linux, or it has just ended.
  }
  // The second field is the command in parentheses and may hold anything, so count from its end: state is field 3, start 22.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const startTicks = Number(fields[19]);
  return Number.isSafeInteger(startTicks)
    ? { isZombie: fields[0] === 'Z' || fields[0] === 'X', startTicks }
    : undefined;
}
