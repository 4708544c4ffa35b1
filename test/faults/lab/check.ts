import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type LogRecord, RecordDecoder } from '../../../src/domain/record.ts';
import { listSegments } from '../../../src/store/segments.ts';
import type { Lab } from '../../fixtures/lab.ts';
import type { Sshd } from '../../fixtures/sshd.ts';
import { readDatabase } from './database.ts';

/** What a run on one server must have come to. */
export interface Expected {
  readonly sshd: Sshd;
  /** Its name in the run; `web1` unless told. */
  readonly server?: string;
  /** The file into which the script wrote what it said, line by line; see `TRUTH`. */
  readonly truth: string;
  /** As the store has it; only these fields are compared. */
  readonly outcome: object;
  /** The n-th latest run, the latest unless told. */
  readonly run?: number;
}

/** What a checked run has left here. */
export interface Checked {
  /** Its log as \`cronium logs --raw\` shows it. */
  readonly rendered: string;
  /** What the server says that it has dropped. */
  readonly gaps: readonly Gap[];
}

/** A range of a spool that was dropped, and what was in it. */
export interface Gap {
  readonly from: number;
  readonly to: number;
  readonly lines: number;
  readonly bytes: number;
}

/**
 * The head of a script that tells the truth about itself: `$1` is a file outside of everything ours (or a folder with one for each
 * server); `say words` goes to stdout and there, and each start of the script leaves a line in `$1.starts`.
 */
export const TRUTH = `#!/bin/sh
truth=$1
[ -d "$1" ] && truth=$1/$CRONIUM_SERVER
echo "$$" >>"$truth.starts"
exec 3>>"$truth"
say() { echo "$*" >&3; echo "$*"; }
`;

/**
 * The checker behind every fault that a run survives: the script was started once; what it wrote is what the spool, the mirror and
 * `cronium logs --raw` hold, but for what a GAP names; the store is whole and knows the outcome. Asking for the log first brings
 * the mirror up to date, as a person would.
 */
export async function checkRun(lab: Lab, expected: Expected): Promise<Checked> {
  const { truth, sshd, server = 'web1', outcome, run = 1 } = expected;
  expect(countStarts(truth), 'starts of the script').toBe(1);
  const listed = await lab.cli('runs', '--json');
  const { id } = JSON.parse(listed.stdout.split('\n')[run - 1] ?? '{}') as { id: string };
  const rendered = await lab.cli('logs', id, '--raw', '--server', server);
  const row = readRow(lab.dataDir, id, server);
  expect(JSON.parse(row.outcome ?? 'null'), `outcome of ${server}; ${rendered.stderr}`).toMatchObject(outcome);
  const mirror = readLog(join(lab.dataDir, 'logs', row.id));
  const spool = readLog(spoolDir(sshd, row.id));
  const gaps = [...new Map([...mirror.records, ...spool.records].flatMap(gapOf).map((gap) => [gap.at, gap])).values()];
  expectEqualButFor(gaps, mirror, spool);
  const said = readFileSync(truth);
  if (gaps.length === 0) {
    expect(rendered.stdout === said.toString(), 'the log is what the script wrote').toBe(true);
    expect(outputOf(mirror.records).equals(said), 'the mirror holds what the script wrote').toBe(true);
  } else {
    expectInOrder(rendered.stdout, said.toString(), gaps.length);
    expectNamed(gaps, mirror, said.length - outputOf(mirror.records).length);
  }
  return { rendered: rendered.stdout, gaps };
}

/** How often a script with the head `TRUTH` was started. */
export function countStarts(truth: string): number {
  try {
    return readFileSync(`${truth}.starts`, 'utf8').split('\n').length - 1;
  } catch {
    return 0;
  }
}

/** Where a job's spool is on a server; of the only base directory that there is in a lab. */
export function spoolDir({ stateHome }: Sshd, job: string): string {
  return join(stateHome, 'cronium/jobs', job, 'spool');
}

/** The only jobs that a server has, by their ids. */
export function jobsOn({ stateHome }: Sshd): readonly string[] {
  try {
    return readdirSync(join(stateHome, 'cronium/jobs')).filter((name) => /^[0-9a-f]{32}$/.test(name));
  } catch {
    return [];
  }
}

/** The store is whole, and what it has of a job. */
export function readRow(
  dataDir: string,
  run: string,
  server: string,
): { readonly id: string; readonly outcome: string | null; readonly phase: string } {
  using database = readDatabase(dataDir);
  expect(database.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
  const rows = database
    .prepare("SELECT id, outcome, phase FROM jobs WHERE run_id LIKE ? || '%' AND json_extract(server, '$.name') = ?")
    .all(run, server);
  expect(rows.length, `rows of ${server} in run ${run}`).toBe(1);
  return rows[0] as { id: string; outcome: string | null; phase: string };
}

interface Log {
  /** Bytes by the offset of their segment. */
  readonly segments: readonly { readonly offset: number; readonly bytes: Buffer }[];
  readonly records: readonly LogRecord[];
}

/** A spool or a mirror as it is on the disk; every record of it must be right. */
export function readLog(dir: string): Log {
  const segments = listSegments(dir).map(({ offset, file }) => ({ offset, bytes: readFileSync(file) }));
  const decoder = new RecordDecoder();
  const records = segments.flatMap(({ offset, bytes }) => {
    if (offset !== decoder.offset) decoder.skipTo(offset);
    return decoder.push(bytes);
  });
  expect(decoder.problem, `the records of ${dir}`).toBeUndefined();
  return { segments, records };
}

/** One for each place: a gap that grows is told again, and what has no range of its own (output without room) is told once. */
function gapOf({ type, body, seq }: LogRecord): readonly (Gap & { readonly at: string })[] {
  if (type !== 'GAP') return [];
  const gap = JSON.parse(Buffer.from(body).toString()) as Gap;
  return [{ ...gap, at: gap.from === gap.to ? `record ${seq}` : `offset ${gap.from}` }];
}

/** Each byte is the same on both sides; what only one side has, or none, a GAP names, or the mirror has because it was fetched in time. */
function expectEqualButFor(gaps: readonly Gap[], mirror: Log, spool: Log): void {
  expect(spool.segments.length, 'segments of the spool').toBeGreaterThan(0);
  const ends = [mirror, spool].map(({ segments }) => Math.max(0, ...segments.map((s) => s.offset + s.bytes.length)));
  expect(ends[0], 'the end of the mirror is the end of the spool').toBe(ends[1]);
  for (const ours of mirror.segments) {
    for (const theirs of spool.segments) {
      const from = Math.max(ours.offset, theirs.offset);
      const to = Math.min(ours.offset + ours.bytes.length, theirs.offset + theirs.bytes.length);
      if (from >= to) continue;
      const isSame = ours.bytes
        .subarray(from - ours.offset, to - ours.offset)
        .equals(theirs.bytes.subarray(from - theirs.offset, to - theirs.offset));
      expect(isSame, `mirror and spool from ${from} to ${to}`).toBe(true);
    }
  }
  let known = 0;
  for (const { offset, bytes } of mirror.segments) {
    for (let at = known; at < offset; ) {
      const gap = gaps.find(({ from, to }) => from <= at && at < to);
      expect(gap, `a GAP that names the hole of the mirror at ${at}`).toBeDefined();
      at = gap?.to ?? offset;
    }
    known = offset + bytes.length;
  }
}

function outputOf(records: readonly LogRecord[]): Buffer {
  return Buffer.concat(records.filter(({ type }) => type === 'OUT').map(({ body }) => body));
}

/** So many bytes of output are not here: just what the gaps name, but for what was fetched before the server dropped it. */
function expectNamed(gaps: readonly Gap[], mirror: Log, missing: number): void {
  const isHere = ({ from, to }: Gap) =>
    mirror.segments.some(({ offset, bytes }) => offset < to && from < offset + bytes.length);
  const sum = (among: readonly Gap[]) => among.reduce((all, { bytes }) => all + bytes, 0);
  const least = sum(gaps.filter((gap) => !isHere(gap)));
  expect(missing, 'bytes that are missing, of which the gaps tell').toBeGreaterThanOrEqual(least);
  expect(missing, 'bytes that are missing, all told by gaps').toBeLessThanOrEqual(sum(gaps));
}

/** Of a log with gaps: no line that the script did not write, none twice, none before an earlier one. */
function expectInOrder(rendered: string, truth: string, gaps: number): void {
  const lines = truth.split('\n');
  let at = 0;
  let torn = 0;
  for (const line of rendered.split('\n')) {
    const found = lines.indexOf(line, at);
    if (found < 0) torn += 1;
    else at = found + 1;
  }
  // At the borders of a gap a line may be torn.
  expect(torn, 'lines that the script did not write').toBeLessThanOrEqual(rendered === truth ? 0 : 2 * gaps);
}
