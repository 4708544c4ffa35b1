import type { ExitReport } from '../domain/outcome.ts';
import type { LogRecord } from '../domain/record.ts';
import { noteOf } from '../execution/follow.ts';
import { parseExit } from '../runner/message.ts';
import { readLog } from '../store/read-log.ts';
import type { LogEntry } from './cronium.ts';

/** The log of a job as its mirror has it now, with bounded memory. `time` is milliseconds since 1970. */
export async function* readEntries(dir: string): AsyncGenerator<LogEntry> {
  for await (const record of readLog(dir)) {
    const entry = toEntry(record);
    if (entry) yield entry;
  }
}

function toEntry({ type, body, time }: LogRecord): LogEntry | undefined {
  const at = time / 1000;
  if (type === 'OUT') return { kind: 'output', stream: 'stdout', bytes: body, time: at };
  if (type === 'ERR') return { kind: 'output', stream: 'stderr', bytes: body, time: at };
  const message = noteOf(type, body);
  return message === undefined ? undefined : { kind: 'note', message, time: at };
}

/** The EXIT record of a mirror, if it has come that far. */
export async function readExit(dir: string): Promise<ExitReport | undefined> {
  let exit: ExitReport | undefined;
  for await (const record of readLog(dir)) if (record.type === 'EXIT') exit = parseExit(record.body);
  return exit;
}
