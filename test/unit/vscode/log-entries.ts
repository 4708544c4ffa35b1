import type { Cronium, LogEntry, RunOutputs } from '../../../src/app/cronium.ts';
import type { JobOutcome } from '../../../src/domain/outcome.ts';
import type { JobRecord, RunRecord } from '../../../src/domain/run.ts';

/** Output on stdout, or on stderr (`!`), or a note (`#`): `'text'`, `'!text'`, `'#message'`. */
export type Word = string;

/** The entries of a log, each at its place. */
export function logEntries(words: readonly Word[]): LogEntry[] {
  return words.map((word, at): LogEntry => {
    const place = { time: 0, next: { offset: at + 1, seq: at + 1 } };
    if (word.startsWith('#')) return { ...place, kind: 'note', message: word.slice(1) };
    const isError = word.startsWith('!');
    const bytes = new TextEncoder().encode(isError ? word.slice(1) : word);
    return { ...place, kind: 'output', stream: isError ? 'stderr' : 'stdout', bytes };
  });
}

/** An engine that knows one run, whose logs and outcomes a test changes as it goes. */
export class FakeEngine implements Pick<Cronium, 'findRun' | 'log' | 'outputs'> {
  run: RunRecord;
  readonly logs: Record<string, Word[]> = {};
  /** What was put out so far. */
  told: RunOutputs = {};
  /** How often each log was read, and how many entries that gave. */
  reads = 0;
  entries = 0;

  constructor(run: RunRecord) {
    this.run = run;
  }

  findRun(): RunRecord {
    return this.run;
  }

  outputs(): RunOutputs {
    return this.told;
  }

  async *log(job: JobRecord, { from }: { readonly from?: { readonly offset: number } } = {}): AsyncGenerator<LogEntry> {
    this.reads += 1;
    for (const entry of logEntries(this.logs[job.server.name] ?? []).slice(from?.offset ?? 0)) {
      this.entries += 1;
      yield entry;
    }
  }
}

/** A run over servers, with their outcomes as far as they have ended. */
export function runOn(servers: Readonly<Record<string, JobOutcome | undefined>>): RunRecord {
  const id = 'abcdef01'.padEnd(32, '0');
  return {
    id,
    eventId: 'web.sh',
    eventName: 'Restart web',
    script: { root: '/project', path: 'ops/web.sh' },
    trigger: 'person',
    git: { commit: '1234567890abcdef', isDirty: true },
    payloadSha256: 'b'.repeat(64),
    scriptSha256: 'a'.repeat(64),
    startedAt: 1_000,
    jobs: Object.entries(servers).map(([name, outcome], at) => ({
      id: `${at}`.padStart(32, '0'),
      runId: id,
      server: { name, kind: 'ssh', address: name, tags: [] },
      phase: 'running',
      phaseAt: 1_000,
      startedAt: 1_000,
      cancelRequested: false,
      ...(outcome ? { outcome, endedAt: 3_500 } : {}),
    })),
  };
}

export const SUCCEEDED: JobOutcome = { kind: 'succeeded', exitCode: 0 };
export const FAILED: JobOutcome = { kind: 'failed', exitCode: 3 };
