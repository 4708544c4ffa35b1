import type { Json } from '../../../src/domain/event.ts';
import type { FoundVariable, HelpedJob, VariableBook, WriteAnswer } from '../../../src/helpers/book.ts';

export const JOB = 'b'.repeat(32);
export const SERVER = 'web-1';

export const HELPED: HelpedJob = {
  scope: { job: JOB, run: 'a'.repeat(32), server: SERVER, event: 'e.sh', workspace: '/w' },
  input: { user: { name: 'Ann' }, items: [1, { deep: [true] }] },
  event: { id: 'e.sh', name: 'E' },
  hasApi: true,
};

/** Variables and outputs in memory, all in one scope, with every write counted. */
export class MemoryBook implements VariableBook {
  readonly values = new Map<string, { value: Json; version: number }>();
  readonly put: Record<string, Json> = {};
  readonly answers = new Map<string, WriteAnswer>();
  job: HelpedJob | undefined = HELPED;
  writes = 0;
  asked = 0;
  appliedUpTo = 0;
  /** What `set` waits for. */
  gate: Promise<void> = Promise.resolve();
  readonly #waiting: (() => void)[] = [];

  find(job: string): HelpedJob | undefined {
    return job === this.job?.scope.job ? this.job : undefined;
  }

  /** How many requests wait for values of the log. */
  get waiting(): number {
    return this.#waiting.length;
  }

  apply(seq: number): void {
    this.appliedUpTo = seq;
    for (const wake of this.#waiting.splice(0)) wake();
  }

  async applied(_job: string, seq: number, { signal }: { readonly signal: AbortSignal }): Promise<void> {
    while (this.appliedUpTo < seq) {
      await new Promise<void>((resolve, reject) => {
        this.#waiting.push(resolve);
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      });
    }
  }

  async get(_job: unknown, name: string): Promise<FoundVariable | undefined> {
    const found = this.values.get(name);
    return found && { scope: 'workspace' as const, type: 'plain' as const, ...found };
  }

  list() {
    return [...this.values].map(([name, found]) => ({
      name,
      scope: 'workspace' as const,
      type: 'plain' as const,
      ...found,
    }));
  }

  async set(_job: unknown, write: { name: string; value: Json; ifUnchanged?: number }, call: string) {
    this.asked += 1;
    await this.gate;
    const kept = this.answers.get(call);
    if (kept) return kept;
    const version = this.values.get(write.name)?.version ?? 0;
    const isChanged = write.ifUnchanged !== undefined && write.ifUnchanged !== version;
    if (!isChanged) {
      this.writes += 1;
      this.values.set(write.name, { value: write.value, version: version + 1 });
    }
    const answer: WriteAnswer = isChanged
      ? { code: 'changed', version, scope: 'workspace' }
      : { code: 'ok', version: version + 1, scope: 'workspace' };
    this.answers.set(call, answer);
    return answer;
  }

  outputs(): Readonly<Record<string, Json>> {
    return this.put;
  }

  putOut(_job: string, outputs: Readonly<Record<string, Json>>): string | undefined {
    Object.assign(this.put, outputs);
    return undefined;
  }
}
