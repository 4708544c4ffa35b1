import type { RunOutputs } from '../../app/cronium.ts';
import type { JobOutcome } from '../../domain/outcome.ts';
import { describeOutcome } from '../../domain/outcome.ts';
import { type JobRecord, type RunRecord, type RunTrigger, runStatus } from '../../domain/run.ts';
import { describePhase, describeStatus, describeTook } from '../describe.ts';
import { describeGit } from '../output/run-heading.ts';
import { lineText } from '../plain-text.ts';
import type { Piece } from './log-tail.ts';
import { outputLines } from './run-outputs.ts';
import type { StyledText } from './styled-text.ts';

/** What the page shows of a server's log. */
export interface SectionLog {
  /** Bytes of the log above what is shown. */
  readonly above: number;
  readonly pieces: Iterable<Piece>;
  /** Lines that have not ended yet. */
  readonly open: Omit<Piece, 'bytes'>;
}

/** The text of a run document, with what stands where in it. Lines count from 0. */
export interface RunPage {
  readonly text: string;
  readonly lineCount: number;
  readonly sections: readonly Section[];
}

/** A server's part of the page: its heading and the lines of its log. */
export interface Section {
  readonly server: string;
  readonly title: string;
  readonly isFailed: boolean;
  /** The line of the heading. */
  readonly firstLine: number;
  /** The last line of the log; the heading when there is none. */
  readonly lastLine: number;
  /** The line that says how much of the log is above. */
  readonly aboveLine?: number;
  readonly pieces: readonly PlacedPiece[];
}

export interface PlacedPiece {
  readonly firstLine: number;
  readonly lineCount: number;
  readonly lines: StyledText;
}

/** What leads to the whole log: a link lies on these words. */
export const FULL_LOG = 'Open the full log';

const TRIGGERS: Readonly<Record<RunTrigger, string>> = {
  person: 'by a person',
  save: 'by a save',
  task: 'by a task',
  terminal: 'in a terminal',
};

/** Builds the page of a run: what it was, how it ended where, what was put out, then each server's log in the order of the run. */
export function buildRunPage(
  run: RunRecord,
  logs: ReadonlyMap<string, SectionLog>,
  { moment, outputs = {} }: { moment(at: number): string; readonly outputs?: RunOutputs },
): RunPage {
  const header = [...headerLines(run, moment), ...outputLines(outputs)];
  const parts = [`${header.join('\n')}\n`];
  const sections: Section[] = [];
  let line = header.length;
  for (const job of run.jobs) {
    const { section, text } = buildSection(job, logs.get(job.id), line);
    sections.push(section);
    // An empty line between two sections; the last line of the text is empty, too.
    parts.push(`${text}\n`);
    line = section.lastLine + 2;
  }
  return { text: parts.join('').slice(0, -1), lineCount: line, sections };
}

function buildSection(
  job: JobRecord,
  log: SectionLog | undefined,
  firstLine: number,
): { readonly section: Section; readonly text: string } {
  const title = [mark(job.outcome), lineText(job.server.name), '·', stateOf(job)].join(' ');
  const parts = [`── ${title} ──\n`];
  const pieces: PlacedPiece[] = [];
  let line = firstLine + 1;
  const aboveLine = log && log.above > 0 ? line : undefined;
  if (log && aboveLine !== undefined) {
    parts.push(`… ${log.above.toLocaleString('en')} bytes are above. ${FULL_LOG}\n`);
    line += 1;
  }
  for (const lines of log ? [...log.pieces, log.open] : []) {
    if (lines.lineCount === 0) continue;
    pieces.push({ firstLine: line, lineCount: lines.lineCount, lines });
    parts.push(lines.text);
    line += lines.lineCount;
  }
  const section = {
    server: job.server.name,
    title,
    isFailed: job.outcome !== undefined && job.outcome.kind !== 'succeeded',
    firstLine,
    lastLine: line - 1,
    ...(aboveLine === undefined ? {} : { aboveLine }),
    pieces,
  };
  return { section, text: parts.join('') };
}

function headerLines(run: RunRecord, moment: (at: number) => string): string[] {
  const { script, git, replayOf } = run;
  const status = describeStatus(runStatus(run.jobs.map(({ outcome }) => outcome)));
  const took = describeTook(run);
  const facts: readonly (readonly [string, string])[] = [
    ['Status', took === undefined ? status : `${status} · ${took}`],
    ['Started', `${moment(run.startedAt)} ${TRIGGERS[run.trigger]}`],
    ['Script', [...(script ? [lineText(script.path)] : []), `sha256 ${run.scriptSha256}`].join(' · ')],
    ...(git ? [['Commit', describeGit(git).replace('commit ', '')] as const] : []),
    ['Payload', `sha256 ${run.payloadSha256}`],
    ...(replayOf === undefined ? [] : [['Repeats', `run ${replayOf}`] as const]),
    ['Run', run.id],
  ];
  const width = Math.max(...run.jobs.map(({ server }) => lineText(server.name).length));
  return [
    lineText(run.eventName),
    '',
    ...facts.map(([name, value]) => `${name.padEnd(8)} ${value}`),
    '',
    ...run.jobs.map((job) => `${mark(job.outcome)} ${lineText(job.server.name).padEnd(width)}  ${stateOf(job)}`),
    '',
  ];
}

function stateOf(job: JobRecord): string {
  const state = job.outcome ? describeOutcome(job.outcome) : describePhase(job.phase);
  const took = describeTook(job);
  return lineText(took === undefined ? state : `${state} · ${took}`);
}

function mark(outcome: JobOutcome | undefined): string {
  return outcome?.kind === 'succeeded' ? '✓' : outcome ? '✗' : '…';
}
