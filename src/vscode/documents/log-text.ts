import type { Cronium } from '../../app/cronium.ts';
import { describeOutcome } from '../../domain/outcome.ts';
import type { JobRecord } from '../../domain/run.ts';
import { lineText } from '../plain-text.ts';
import { LogTail } from './log-tail.ts';

/** As much of a log as is compared with another. */
const MAX_CHARACTERS = 5 * 1024 * 1024;

/** Where the files of a job are on its server: another folder on every server, and in every run. */
const JOB_FOLDER = /(?<![^\s"'(=:])[^\s"'(=:]{0,300}\/jobs\/[0-9a-f]{32}\/work\//g;

/** The end of a job's log as a text that can be compared with that of another job: without escapes, times and job folders. */
export async function readComparable(job: JobRecord, cronium: Pick<Cronium, 'log'>): Promise<string> {
  const tail = new LogTail(MAX_CHARACTERS);
  for await (const entry of cronium.log(job)) tail.add(entry);
  tail.read();
  const parts = [...tail.pieces, tail.open].map(({ text }) => text.replace(JOB_FOLDER, ''));
  if (tail.above > 0) parts.unshift(`… ${tail.above.toLocaleString('en')} bytes are above\n`);
  return `${parts.join('')}· ${lineText(describeOutcome(job.outcome))}\n`;
}
