import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Machine } from './machine.ts';
import type { ActivationResult } from './measure-activation.ts';
import type { DeadResult } from './measure-dead.ts';
import type { FreshResult } from './measure-fresh.ts';
import type { LeftResult } from './measure-left.ts';
import type { LinesResult } from './measure-lines.ts';
import type { RunsResult } from './measure-runs.ts';
import type { ManyResult } from './measure-thousand.ts';
import type { ThroughputResult } from './measure-throughput.ts';
import type { TripsResult } from './measure-trips.ts';

const FILE = resolve(import.meta.dirname, '../../docs/benchmarks.json');

/** What each section of the bench has found. */
export interface Sections {
  readonly runs: readonly RunsResult[];
  readonly trips: readonly TripsResult[];
  readonly fresh: FreshResult;
  readonly lines: LinesResult;
  readonly throughput: ThroughputResult;
  readonly thousand: ManyResult;
  readonly dead: DeadResult;
  readonly left: readonly LeftResult[];
  readonly activation: ActivationResult;
}

export type SectionName = keyof Sections;

/** `docs/benchmarks.json`: the last run of each section. */
export interface Results {
  readonly machine: Machine;
  readonly sections: { readonly [Name in SectionName]?: Measured<Sections[Name]> };
}

export interface Measured<T> {
  /** `2026-01-31`, the commit, and whether it was the short form. */
  readonly date: string;
  readonly commit: string;
  readonly isQuick: boolean;
  /** The share of the machine that others had when the section began. */
  readonly othersShare: number;
  readonly found: T;
}

/** What was measured before; nothing when it was on another machine: figures of two machines are not to be compared. */
export function readResults(machine: Machine): Results {
  const known = readAll();
  const isSame = known?.machine.cpu === machine.cpu && known.machine.cores === machine.cores;
  return known && isSame ? { machine, sections: known.sections } : { machine, sections: {} };
}

/** As it was written; undefined when nothing was measured yet. */
export function readAll(): Results | undefined {
  return existsSync(FILE) ? (JSON.parse(readFileSync(FILE, 'utf8')) as Results) : undefined;
}

export function writeResults(results: Results): void {
  const short = (_key: string, value: unknown): unknown =>
    typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value;
  writeFileSync(FILE, `${JSON.stringify(results, short, 2)}\n`);
}
