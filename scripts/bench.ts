// Measures Cronium beside the tools that people use today and writes docs/benchmarks.md.
// usage: bench.ts [--quick] [--only section,…] [--doc]
//   --quick  1 and 10 servers, small logs: two minutes; for those who work on it, not for the docs
//   --only   runs, trips, fresh, lines, throughput, thousand, dead, left, activation
//   --doc    measures nothing, writes the document anew
import { parseArgs } from 'node:util';
import { buildResident } from './bench/cronium.ts';
import { type Fleet, startFleet } from './bench/fleet.ts';
import { describeMachine, untilQuiet } from './bench/machine.ts';
import { closeMasters } from './bench/masters.ts';
import { measureActivation } from './bench/measure-activation.ts';
import { measureDead } from './bench/measure-dead.ts';
import { measureFresh } from './bench/measure-fresh.ts';
import { measureLeft } from './bench/measure-left.ts';
import { measureLines } from './bench/measure-lines.ts';
import { measureRuns, type RoundsOptions } from './bench/measure-runs.ts';
import { measureThousand } from './bench/measure-thousand.ts';
import { measureThroughput } from './bench/measure-throughput.ts';
import { measureTrips } from './bench/measure-trips.ts';
import { writeReport } from './bench/report.ts';
import { type Measured, readAll, readResults, type SectionName, type Sections, writeResults } from './bench/results.ts';

/** How a form of the bench differs from the other. */
interface Form {
  readonly counts: readonly number[];
  readonly logMib: number;
  readonly thousand: number;
  readonly fewRounds: number;
  /** What takes longest is measured least often. */
  readonly thousandRounds: number;
  readonly quietMs: number;
}

const ROUNDS = 5;
const FULL: Form = {
  counts: [1, 10, 50, 100],
  logMib: 1_024,
  thousand: 1_000,
  fewRounds: 5,
  thousandRounds: 3,
  quietMs: 10_000,
};
const QUICK: Form = { counts: [1, 10], logMib: 64, thousand: 100, fewRounds: 1, thousandRounds: 1, quietMs: 500 };

const say = (line: string): void => void process.stderr.write(`${line}\n`);

const SECTIONS: { readonly [Name in SectionName]: (form: Form, options: RoundsOptions) => Promise<Sections[Name]> } = {
  activation: (_form, options) => measureActivation(options),
  fresh: (_form, options) => measureFresh(options),
  trips: (_form, options) => measureTrips(options),
  lines: (_form, options) => onFleet(1, (fleet) => measureLines(fleet, options)),
  left: () => onFleet(1, measureLeft),
  throughput: ({ logMib, fewRounds }, options) =>
    onFleet(1, (fleet) => measureThroughput(fleet, logMib, { ...options, rounds: fewRounds })),
  runs: ({ counts }, options) => onFleet(Math.max(...counts), (fleet) => measureRuns(fleet, counts, options)),
  dead: ({ counts, fewRounds }, options) =>
    onFleet(Math.max(...counts), (fleet) => measureDead(fleet, Math.max(...counts), { ...options, rounds: fewRounds })),
  thousand: ({ thousand, thousandRounds }, options) =>
    measureThousand(thousand, { ...options, rounds: thousandRounds }),
};

/** Who stops the bench leaves no servers and no masters behind. */
async function onFleet<T>(count: number, work: (fleet: Fleet) => Promise<T>): Promise<T> {
  await using fleet = await startFleet(count);
  const stop = (): void => {
    closeMasters(fleet)
      .then(() => fleet[Symbol.asyncDispose]())
      .finally(() => process.exit(130));
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
  try {
    return await work(fleet);
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, stop);
  }
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { quick: { type: 'boolean' }, only: { type: 'string' }, doc: { type: 'boolean' } },
  });
  if (values.doc) {
    const known = readAll();
    if (known) writeReport(known);
    return known ? 0 : 1;
  }
  const names = Object.keys(SECTIONS) as SectionName[];
  const only = values.only?.split(',') ?? names;
  const unknown = only.filter((name) => !names.some((each) => each === name));
  if (unknown.length > 0) {
    say(`--only ${unknown.join()}: the sections are ${names.join(', ')}`);
    return 2;
  }
  const form = values.quick ? QUICK : FULL;
  const machine = describeMachine();
  await buildResident();
  let results = readResults(machine);
  let failed = 0;
  for (const name of names.filter((each) => only.includes(each))) {
    const began = performance.now();
    const othersShare = await untilQuiet(form.quietMs);
    try {
      const found = await SECTIONS[name](form, { rounds: ROUNDS, quietMs: form.quietMs, say });
      const { date, commit } = machine;
      const measured: Measured<unknown> = { date, commit, isQuick: values.quick === true, othersShare, found };
      results = { machine, sections: { ...results.sections, [name]: measured } };
      // After each: who loses patience keeps what there is.
      writeResults(results);
      writeReport(results);
    } catch (error) {
      failed += 1;
      say(`${name}: ${error instanceof Error ? error.stack : String(error)}`);
    }
    say(`${name}: ${((performance.now() - began) / 1_000).toFixed(0)} s`);
  }
  return failed > 0 ? 1 : 0;
}

process.exit(await main());
