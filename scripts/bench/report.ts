import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { BUDGETS, type Budget, type Check } from './budgets.ts';
import { NEW_ENGINE, RESIDENT, RUNS_BEFORE, type RunsResult, TERMINAL } from './measure-runs.ts';
import type { Results, SectionName, Sections } from './results.ts';
import type { Summary } from './sample.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/** The order of rows; who is not here stands behind. */
const ORDER: readonly string[] = [RESIDENT, NEW_ENGINE, TERMINAL, 'ssh', 'pssh', 'pdsh', 'clush', 'Fabric', 'Ansible'];

/** Writes `docs/benchmarks.md` and the ratios in the README. */
export function writeReport(results: Results): void {
  writeFileSync(resolve(ROOT, 'docs/benchmarks.md'), `${report(results).join('\n')}\n`);
  const readme = resolve(ROOT, 'README.md');
  const text = readFileSync(readme, 'utf8');
  const marked = /(<!-- bench: .*? -->\n)[\s\S]*?(\n<!-- \/bench -->)/;
  writeFileSync(
    readme,
    text.replace(marked, (_all, begin, end) => `${begin}${sentence(foundIn(results))}${end}`),
  );
}

function foundIn({ sections }: Results): Partial<Sections> {
  return Object.fromEntries(Object.entries(sections).map(([name, { found }]) => [name, found]));
}

function report(results: Results): string[] {
  const found = foundIn(results);
  return [
    '# Benchmarks',
    '',
    'Written by `npm run bench`; the figures are in [benchmarks.json](benchmarks.json). All tools run in one session on one machine, by',
    'turns, and client and servers share its cores: with many servers the servers’ own work (about 15 ms of a core for a login) is most of',
    'the time. The ratios count. Where a must is missed, [profile.md](profile.md) shows why.',
    '',
    ...describe(results),
    '',
    '## Budgets',
    '',
    '| what | must | measured | | goal | |',
    '| --- | --- | --- | --- | --- | --- |',
    ...BUDGETS.map((budget) => row(budgetRow(budget, found))),
    row(['Lost, doubled or reordered lines under every fault', '0', 'by `npm run test:faults`, not here', '', '0', '']),
    '',
    ...(found.runs ? runTables(found.runs) : []),
    ...(found.trips ? tripTable(found.trips) : []),
    ...details(found),
  ];
}

function describe({ machine, sections }: Results): string[] {
  const { cpu, cores, memoryGib, system, versions } = machine;
  const measured = (Object.keys(sections) as SectionName[]).map((name) => {
    const { date, commit, isQuick, othersShare } = sections[name] ?? { date: '', commit: '', othersShare: 0 };
    const busy = othersShare > 0.12 ? `, others had ${(othersShare * 100).toFixed(0)} % of the machine` : '';
    return `${name} (${date}, ${commit}${isQuick ? ', short form' : ''}${busy})`;
  });
  const tools = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return [
    `- Machine: ${cpu}, ${cores} cores, ${memoryGib} GiB; ${system}.`,
    `- Tools: ${tools.join(', ')}.`,
    `- Measured: ${measured.join('; ')}.`,
    `- *${RESIDENT}* is a process that makes several runs, as the extension does (cold: its connections were closed; warm: after ${RUNS_BEFORE} runs); *${NEW_ENGINE}* has read nothing yet; *${TERMINAL}* is \`cronium run\`, a process for each run. All three pack, write down, start, follow and sync the log to the disk before the end counts.`,
    '- Medians; CPU and memory are those of the client’s whole tree of processes, background masters included.',
  ];
}

function budgetRow(budget: Budget, found: Partial<Sections>): string[] {
  const checked = budget.check(found);
  if (!checked) return [budget.what, budget.must, 'not measured', '', budget.goal, ''];
  const isMissed = checked.must.some(({ isMet }) => !isMet);
  const verdict = isMissed ? `**missed** ([why](profile.md#${budget.profile}))` : 'met';
  const goal = checked.goal.length === 0 ? '' : verdictOf(checked.goal);
  return [budget.what, budget.must, checked.must.map(emphasize).join('; '), verdict, budget.goal, goal];
}

function verdictOf(checks: readonly Check[]): string {
  return checks.every(({ isMet }) => isMet) ? 'reached' : 'not reached';
}

function emphasize({ text, isMet }: Check): string {
  return isMet ? text : `**${text}**`;
}

function runTables(rows: readonly RunsResult[]): string[] {
  return rows.flatMap(({ count, temperature, tools }) => {
    const names = Object.keys(tools).sort((one, other) => place(one) - place(other));
    const ssh = tools.ssh;
    return [
      `## ${count === 1 ? 'One server' : `${count} servers`}, ${temperature}`,
      '',
      '| tool | wall | least – most | × ssh | client CPU | × ssh | peak memory |',
      '| --- | --- | --- | --- | --- | --- | --- |',
      ...names.map((name) => row(runRow(name, tools[name], ssh))),
      '',
    ];
  });
}

function place(name: string): number {
  const at = ORDER.indexOf(name);
  return at < 0 ? ORDER.length : at;
}

function runRow(name: string, found: Summary | undefined, ssh: Summary | undefined): string[] {
  if (!found || found.runs === 0) return [name, 'did not do it', '', '', '', '', ''];
  return [
    found.bad > 0 ? `${name} (${found.bad} of ${found.bad + found.runs} went wrong)` : name,
    time(found.wallMs),
    `${time(found.minMs)} – ${time(found.maxMs)}`,
    ssh ? (found.wallMs / ssh.wallMs).toFixed(2) : '',
    time(found.cpuSeconds * 1_000),
    ssh ? (found.cpuSeconds / ssh.cpuSeconds).toFixed(2) : '',
    `${found.peakMb.toFixed(0)} MB`,
  ];
}

function time(ms: number): string {
  return ms >= 1_000 ? `${(ms / 1_000).toFixed(2)} s` : `${ms.toFixed(ms < 10 ? 1 : 0)} ms`;
}

function tripTable(rows: Sections['trips']): string[] {
  const distances = rows[0]?.points.map(([rtt]) => `${rtt} ms`) ?? [];
  return [
    '## Round trips',
    '',
    'One server behind a wire that delays every packet; the slope of the time over the distance.',
    '',
    row(['run', 'round trips', 'without distance', ...distances]),
    row(Array.from({ length: 3 + distances.length }, () => '---')),
    ...rows.map(({ name, trips, baseMs, points }) =>
      row([name, trips.toFixed(1), time(baseMs), ...points.map(([, ms]) => time(ms))]),
    ),
    '',
  ];
}

/** What has no table of its own. */
function details({ fresh, lines, throughput, thousand, dead, left, activation }: Partial<Sections>): string[] {
  const items: string[] = [];
  if (fresh)
    items.push(
      `First run ever on a server: ${time(fresh.freshMs)}; on one that has the runner: ${time(fresh.knownMs)}.`,
    );
  if (lines)
    items.push(
      `First line of a warm run: ${time(lines.cronium.firstMs)} (ssh ${time(lines.ssh.firstMs)}). A line’s delay: ${time(lines.cronium.medianMs)}, at most ${time(lines.cronium.maxMs)} (ssh ${time(lines.ssh.medianMs)}, ${time(lines.ssh.maxMs)}).`,
    );
  if (throughput)
    items.push(
      `${throughput.mebibytes} MiB of log lines: ${throughput.mbPerSecond.toFixed(0)} MB/s into the synced mirror (\`ssh > file\`: ${throughput.sshMbPerSecond.toFixed(0)} MB/s), ${throughput.peakMb.toFixed(0)} MB of memory at most, ${throughput.idleMb.toFixed(0)} MB before.`,
    );
  if (thousand)
    items.push(
      `${thousand.servers} servers: ${thousand.seconds.toFixed(1)} s, ${thousand.cpuSeconds.toFixed(1)} s of client CPU, ${thousand.peakMb.toFixed(0)} MB, ${thousand.loopMaxMs.toFixed(0)} ms of work in one turn of the event loop at most (without the time in which the host of this machine ran nothing of it: a witness with real-time priority on each core).`,
    );
  if (dead)
    items.push(
      `One of ${dead.servers} servers dead: without it the last of the others has settled after ${dead.allWellSeconds.toFixed(2)} s, with one that refuses after ${dead.refusedOthersSeconds.toFixed(2)} s, with one that is frozen after ${dead.frozenOthersSeconds.toFixed(2)} s.`,
    );
  if (left)
    items.push(
      `Processes left on the server: ${left.map(({ how, before, after, seconds }) => `${how}: ${after} of ${before}${seconds === undefined ? '' : ` after ${seconds.toFixed(1)} s`}`).join('; ')}.`,
    );
  if (activation)
    items.push(`Activation: ${time(activation.loadMs)} to load the file, ${time(activation.activateMs)} to activate.`);
  return items.length === 0 ? [] : ['## Further figures', '', ...items.map((item) => `- ${item}`)];
}

/** The ratios for the README. */
function sentence(found: Partial<Sections>): string {
  const parts = (found.runs ?? []).flatMap(({ count, temperature, tools }) => {
    const [ours, ssh] = [tools[RESIDENT], tools.ssh];
    if (!ours || !ssh || ours.runs === 0 || (count !== 1 && count !== 100)) return [];
    const where = count === 1 ? 'one server' : `${count} servers`;
    const how = temperature === 'cold' ? 'without a connection' : 'over open connections';
    return [
      `${where} ${how} ${(ours.wallMs / ssh.wallMs).toFixed(2)} × (CPU ${(ours.cpuSeconds / ssh.cpuSeconds).toFixed(2)} ×)`,
    ];
  });
  if (parts.length === 0) return 'Not measured yet: `npm run bench`.';
  return `A run from the editor takes, of the time that plain \`ssh\` takes for the same script: ${parts.join('; ')}. Measured by \`npm run bench\`, beside pssh, pdsh, clush, Fabric and Ansible: [docs/benchmarks.md](docs/benchmarks.md).`;
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
