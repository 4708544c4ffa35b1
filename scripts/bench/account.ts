import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** CPU time and memory of a tree of processes, also of those that have left their parents (a background `ssh` does). */
export interface Account extends Disposable {
  /** `cgroup` counts exactly; `proc` looks at the tree every few milliseconds and misses what came and went in between. */
  readonly kind: 'cgroup' | 'proc';
  /** The process and all that it starts from now on count. */
  add(pid: number): void;
  /** Seconds of CPU so far. */
  cpuSeconds(): number;
  /** Bytes of memory that belong to the processes alone, now. */
  memory(): number;
}

const ROOT = '/sys/fs/cgroup';

/** An account with control groups where they can be made (version 1 or 2, root), else over `/proc`. */
export function openAccount(name: string): Account {
  const path = `cronium-bench-${process.pid}-${name}`;
  try {
    if (existsSync(join(ROOT, 'cpuacct', 'cpuacct.usage'))) {
      return groups(
        { cpu: join(ROOT, 'cpuacct', path), memory: join(ROOT, 'memory', path) },
        (cpu) => Number(readFileSync(join(cpu, 'cpuacct.usage'), 'utf8')) / 1e9,
      );
    }
    if (existsSync(join(ROOT, 'cgroup.controllers'))) {
      const both = join(ROOT, path);
      return groups({ cpu: both, memory: both }, (cpu) => field(join(cpu, 'cpu.stat'), 'usage_usec') / 1e6);
    }
  } catch {
    // Not ours to make: below is what any user may do.
  }
  return procAccount();
}

function groups(
  { cpu, memory }: { readonly cpu: string; readonly memory: string },
  cpuSeconds: (cpu: string) => number,
): Account {
  const folders = [...new Set([cpu, memory])];
  for (const folder of folders) mkdirSync(folder, { recursive: true });
  cpuSeconds(cpu);
  const used = (): number => field(join(memory, 'memory.stat'), cpu === memory ? 'anon' : 'rss');
  used();
  return {
    kind: 'cgroup',
    add: (pid) => {
      for (const folder of folders) writeFileSync(join(folder, 'cgroup.procs'), String(pid));
    },
    cpuSeconds: () => cpuSeconds(cpu),
    memory: used,
    [Symbol.dispose]: () => {
      for (const folder of folders) {
        try {
          rmdirSync(folder);
        } catch {
          // A background process is still in it; an empty group is gone with the machine.
        }
      }
    },
  };
}

function field(file: string, name: string): number {
  const line = readFileSync(file, 'utf8').match(new RegExp(`^${name} (\\d+)$`, 'm'));
  if (!line) throw new Error(`No ${name} in ${file}`);
  return Number(line[1]);
}

const TICKS_PER_SECOND = 100;

function procAccount(): Account {
  const roots = new Set<number>();
  /** Ticks of each process, as last seen; of those that are gone, too. */
  const ticks = new Map<number, number>();
  const look = (): number[] => {
    const tree = descendants([...roots]);
    for (const pid of tree) {
      const stat = processStat(pid);
      if (stat) ticks.set(pid, stat.ticks);
    }
    return tree;
  };
  return {
    kind: 'proc',
    add: (pid) => void roots.add(pid),
    cpuSeconds: () => {
      look();
      return [...ticks.values()].reduce((sum, each) => sum + each, 0) / TICKS_PER_SECOND;
    },
    memory: () => look().reduce((sum, pid) => sum + anonymous(pid), 0),
    [Symbol.dispose]: () => {},
  };
}

interface ProcessStat {
  readonly pid: number;
  readonly parent: number;
  readonly ticks: number;
}

function processStat(pid: number): ProcessStat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    return { pid, parent: fields[1] ?? 0, ticks: (fields[11] ?? 0) + (fields[12] ?? 0) };
  } catch {
    return undefined;
  }
}

/** The processes and all below them. */
function descendants(roots: readonly number[]): number[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => processStat(Number(name)) ?? []);
  const found = new Set(roots);
  for (let size = 0; size !== found.size; ) {
    size = found.size;
    for (const { pid, parent } of all) if (found.has(parent)) found.add(pid);
  }
  return [...found];
}

function anonymous(pid: number): number {
  try {
    return field(`/proc/${pid}/status`, 'RssAnon:\\s*') * 1024;
  } catch {
    return 0;
  }
}
