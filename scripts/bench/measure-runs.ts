import { type Account, openAccount } from './account.ts';
import { cliCommand, measureResident, type Resident, startResident } from './cronium.ts';
import type { Fleet } from './fleet.ts';
import { untilQuiet } from './machine.ts';
import { closeMasters, openMasters } from './masters.ts';
import { measureCommand, type Sample, type Summary, summarize } from './sample.ts';
import { serversThatAnswered, writeCheckScript } from './script.ts';
import { type Temperature, TOOLS, type Tool, type Work } from './tools.ts';

/** The names of Cronium's forms in the results: a process that has run before, one that has not, a process for each run. */
export const RESIDENT = 'Cronium';
export const NEW_ENGINE = 'Cronium (new window)';
export const TERMINAL = 'Cronium (terminal)';

/** What a resident process has run before it is measured warm. */
export const RUNS_BEFORE = 10;

/** A script on so many servers, by every tool. */
export interface RunsResult {
  readonly count: number;
  readonly temperature: Temperature;
  /** Tool → what it took. */
  readonly tools: Readonly<Record<string, Summary>>;
  /** The largest share of the machine that others had when a sample began. */
  readonly othersShare: number;
  /** What the resident process had in memory before it connected, and with all connections. */
  readonly idleMb: number;
}

export interface RoundsOptions {
  readonly rounds: number;
  /** How long a sample waits for a quiet machine. */
  readonly quietMs: number;
  say(line: string): void;
}

/** One contender: makes ready outside of the clock, then runs. */
interface Contender {
  readonly name: string;
  sample(): Promise<Sample>;
}

/** All tools by turns, so that a machine that gets slower is slower for all of them. */
export async function measureRuns(
  fleet: Fleet,
  counts: readonly number[],
  options: RoundsOptions,
): Promise<RunsResult[]> {
  const script = writeCheckScript(fleet.folder);
  const results: RunsResult[] = [];
  await using resident = await startResident(fleet);
  for (const count of counts) {
    for (const temperature of ['cold', 'warm'] as const) {
      results.push(await measureOne({ fleet, count, script, temperature }, resident, options));
      await closeMasters(fleet);
    }
  }
  return results;
}

async function measureOne(work: Work, resident: Resident, options: RoundsOptions): Promise<RunsResult> {
  const { fleet, count, temperature } = work;
  const isWarm = temperature === 'warm';
  using masters = openAccount(`masters-${count}-${temperature}`);
  using theirs = openAccount(`own-${count}-${temperature}`);
  const { rssMb: idleMb } = await resident.renew();
  const question = { script: work.script, on: fleet.names(count) };
  // Every server has the runner, as after the first run ever; what a deploy costs is measured by itself.
  await resident.run(question);
  // A process that is resident has run before: V8 compiles what is used again and again.
  for (let run = 0; isWarm && run < RUNS_BEFORE; run++) await resident.run(question);
  const own = async (prepare: () => Promise<unknown>): Promise<Sample> => {
    await prepare();
    await untilQuiet(options.quietMs);
    return await measureResident(resident, question);
  };
  const terminal = (): Promise<Sample> => measureCommand(cliCommand(fleet, count, work.script));
  const ours: Contender[] = isWarm
    ? [{ name: RESIDENT, sample: () => own(async () => {}) }]
    : [
        { name: RESIDENT, sample: () => own(() => resident.disconnect(question.on)) },
        { name: NEW_ENGINE, sample: () => own(() => resident.renew()) },
        { name: TERMINAL, sample: terminal },
      ];
  const accounts = { shared: masters, own: theirs };
  const contenders = [...ours, ...TOOLS.flatMap((tool) => contend(tool, work, accounts))];
  if (isWarm) await openMasters(fleet, count, masters);

  const samples = new Map<string, Sample[]>(contenders.map(({ name }) => [name, []]));
  let othersShare = 0;
  // Caches of the disk and of interpreters are filled for everybody alike: the first round does not count.
  for (let round = isWarm || count > 10 ? 1 : 0; round <= options.rounds; round++) {
    for (const { name, sample } of contenders) {
      if (!isWarm) await closeMasters(fleet);
      othersShare = Math.max(othersShare, await untilQuiet(options.quietMs));
      const found = await sample();
      if (round > 0) samples.get(name)?.push(found);
    }
  }
  const tools: Record<string, Summary> = {};
  for (const [name, found] of samples) {
    const isGood = ({ code, output }: Sample): boolean =>
      code === 0 && (name === RESIDENT || name === NEW_ENGINE || serversThatAnswered(output) === count);
    tools[name] = summarize(found, isGood);
    const bad = found.find((each) => !isGood(each));
    if (bad)
      options.say(`  ${name}, ${count} servers, ${temperature}: ended with ${bad.code}: ${bad.output.slice(-300)}`);
    options.say(`  ${count} ${temperature} ${name}: ${tools[name]?.wallMs.toFixed(1)} ms`);
  }
  return { count, temperature, tools, othersShare, idleMb };
}

/** Nobody, when the tool cannot do it at this temperature. */
function contend(tool: Tool, work: Work, accounts: { readonly shared: Account; readonly own: Account }): Contender[] {
  const isWarm = work.temperature === 'warm';
  if (isWarm && !tool.warm) return [];
  const account = tool.warm === 'own' ? accounts.own : accounts.shared;
  let isReady = tool.warm !== 'own';
  return [
    {
      name: tool.name,
      sample: async () => {
        const command = tool.command(work);
        if (!isWarm) return await measureCommand(command);
        if (!isReady) await measureCommand({ ...command, account });
        isReady = true;
        return await measureCommand({ ...command, account });
      },
    },
  ];
}
