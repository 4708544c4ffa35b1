import type { ExitReport } from '../domain/outcome.ts';
import { type LogRecord, RECORD_OVERHEAD } from '../domain/record.ts';
import { noteOf } from '../execution/follow.ts';
import { parseExit } from '../runner/message.ts';
import { type LogPlace, readLastSegment, readLog } from '../store/read-log.ts';
import type { LogEntry } from './cronium.ts';

/** The log of a job as its mirror has it now, from a place on, with bounded memory. */
export async function* readEntries(dir: string, from?: LogPlace): AsyncGenerator<LogEntry> {
  for await (const record of readLog(dir, from)) {
    const entry = toEntry(record);
    if (entry) yield entry;
  }
}

function toEntry({ type, body, time, offset, seq }: LogRecord): LogEntry | undefined {
  const place = { time: time / 1000, next: { offset: offset + body.length + RECORD_OVERHEAD, seq: seq + 1 } };
  if (type === 'OUT') return { ...place, kind: 'output', stream: 'stdout', bytes: body };
  if (type === 'ERR') return { ...place, kind: 'output', stream: 'stderr', bytes: body };
  const message = noteOf(type, body);
  return message === undefined ? undefined : { ...place, kind: 'note', message };
}

/** The EXIT record of a mirror, if it has come that far: the first one stands. */
export async function readExit(dir: string): Promise<ExitReport | undefined> {
  let exit: ExitReport | undefined;
  for await (const record of readLastSegment(dir)) if (record.type === 'EXIT') exit ??= parseExit(record.body);
  return exit;
}
