import type { Health } from '../../app/cronium.ts';
import { byteSize } from '../../base/byte-size.ts';
import { formatDuration } from '../../base/duration.ts';
import type { RowIcon } from './row.ts';

/** One thing that a server said of its load. */
export interface HealthLine {
  readonly name: 'Load' | 'Memory' | 'Disk' | 'Jobs' | 'Up';
  readonly value: string;
  readonly icon: RowIcon;
  readonly problem?: HealthProblem;
}

export interface HealthProblem {
  /** What is wrong in a few words. */
  readonly short: string;
  /** What follows from it, or helps. */
  readonly hint: string;
  /** Scripts may fail for it: worth more than a word in passing. */
  readonly isGrave: boolean;
}

/** More processes than this for each core, and a script waits for its turn. */
const BUSY_PER_CORE = 2;
const LOW_MEMORY = 0.1;
const LOW_DISK = 0.05;
/** A runner, a payload and the log of a chatty job want this much, whatever the size of the disk. */
const LOW_DISK_BYTES = 512 * 1024 * 1024;
/** Each job is a supervisor and a script at least. */
const MANY_JOBS_PER_CORE = 8;

/** What a server said of its load, line by line; what its system does not tell is left out. */
export function healthLines(health: Health): readonly HealthLine[] {
  const { cores, load1, memory, disk, jobs, uptimeSeconds } = health;
  return [
    ...(load1 === undefined ? [] : [loadLine(load1, cores)]),
    ...(memory === undefined ? [] : [memoryLine(memory)]),
    diskLine(disk),
    jobsLine(jobs, cores),
    ...(uptimeSeconds === undefined
      ? []
      : [{ name: 'Up', value: formatDuration(uptimeSeconds * 1_000), icon: { name: 'clock' } } as const]),
  ];
}

/** What is wrong with a server, in a few words each; empty when it is well. */
export function healthProblems(health: Health): readonly string[] {
  return healthLines(health).flatMap(({ problem }) => (problem ? [problem.short] : []));
}

function loadLine(load: number, cores: number): HealthLine {
  const value = `${load.toFixed(2)} on ${cores === 1 ? '1 core' : `${cores} cores`}`;
  const line = { name: 'Load', value, icon: { name: 'dashboard' } } as const;
  if (load <= cores * BUSY_PER_CORE) return line;
  return withProblem(line, {
    short: 'busy',
    hint: 'more wants to run than it has cores; scripts take longer',
    isGrave: false,
  });
}

function memoryLine({ total, available }: NonNullable<Health['memory']>): HealthLine {
  const value = `${byteSize(available)} of ${byteSize(total)} available`;
  const line = { name: 'Memory', value, icon: { name: 'chip' } } as const;
  if (available >= total * LOW_MEMORY) return line;
  return withProblem(line, {
    short: 'memory low',
    hint: 'its system may end processes; stop what is not needed, or run less at once',
    isGrave: true,
  });
}

function diskLine({ total, free }: Health['disk']): HealthLine {
  const value = `${byteSize(free)} of ${byteSize(total)} free`;
  const line = { name: 'Disk', value, icon: { name: 'database' } } as const;
  if (free >= LOW_DISK_BYTES && free >= total * LOW_DISK) return line;
  return withProblem(line, {
    short: 'disk nearly full',
    hint: '"Clean Server" removes what old runs have left there; logs may be cut short',
    isGrave: true,
  });
}

function jobsLine(jobs: number, cores: number): HealthLine {
  const value = jobs === 0 ? 'none' : jobs === 1 ? '1 goes on' : `${jobs} go on`;
  const line = { name: 'Jobs', value, icon: { name: 'play-circle' } } as const;
  if (jobs <= cores * MANY_JOBS_PER_CORE) return line;
  return withProblem(line, {
    short: `${jobs} jobs`,
    hint: 'many scripts at once; "overlap" can hold some back',
    isGrave: false,
  });
}

function withProblem(line: HealthLine, problem: HealthProblem): HealthLine {
  return { ...line, problem, icon: { name: 'warning', colour: 'list.warningForeground' } };
}
