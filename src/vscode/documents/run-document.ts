import type { Cronium, LogPlace } from '../../app/cronium.ts';
import { CroniumError, sentence } from '../../domain/errors.ts';
import { type JobRecord, type RunRecord, runStatus } from '../../domain/run.ts';
import { fairShares } from './fair-shares.ts';
import { LogTail } from './log-tail.ts';
import { buildRunPage, type RunPage } from './run-page.ts';

export interface RunDocumentDeps {
  cronium(): Promise<Pick<Cronium, 'findRun' | 'log' | 'outputs'>>;
  moment(at: number): string;
  /** The page is another one now. */
  changed(): void;
}

/** What a person does with the document: it cannot be seen, it can while they work elsewhere, it has the focus. */
export type Attention = 'none' | 'aside' | 'focus';

/** Characters of one server, and of all together. */
const LIMITS = { each: 5 * 1024 * 1024, whole: 10 * 1024 * 1024 };

/** The same for a page that the editor gets while the person types elsewhere: a longer one would hold their keys up. */
const QUICK_LIMITS = { each: 256 * 1024, whole: 256 * 1024 };

/** Four times a second at most, and less often the longer the page is. */
const MIN_REST_MS = 250;
const MS_PER_MEGABYTE = 2_000;

/** Refreshing takes at most this part of the time: 1 of 5. */
const REST_FACTOR = 4;

/** How often to look at a run whose servers say nothing. */
const QUIET_REST_MS = 1_000;

interface JobLog {
  readonly tail: LogTail;
  /** How far it was read. */
  place?: LogPlace;
  /** Nothing more comes. */
  isWhole: boolean;
}

/** The document of one run. It looks while it can be seen, and as long as the run goes on. */
export class RunDocument implements Disposable {
  readonly run: string;
  readonly #deps: RunDocumentDeps;
  readonly #logs = new Map<string, JobLog>();
  #page: RunPage = { text: '', lineCount: 1, sections: [] };
  #record: RunRecord | undefined;
  #attention: Attention = 'none';
  /** `cut`: of a run that is over, less than could be; `whole`: it will not change any more. */
  #state: 'new' | 'live' | 'cut' | 'whole' = 'new';
  #refreshing: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(run: string, deps: RunDocumentDeps) {
    this.run = run;
    this.#deps = deps;
  }

  get page(): RunPage {
    return this.#page;
  }

  /** The run as of the page; undefined when it is not there any more. */
  get record(): RunRecord | undefined {
    return this.#record;
  }

  /** Nothing is looked at while it cannot be seen; what is long is read for who reads it. */
  setAttention(attention: Attention): void {
    if (this.#attention === attention) return;
    const wasSeen = this.#attention !== 'none';
    this.#attention = attention;
    if (attention === 'none') return clearTimeout(this.#timer);
    if ((!wasSeen && this.#state === 'live') || this.#isMoreWanted()) this.#refreshUnasked();
  }

  /** Brings the page up to date; one at a time. */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  /** Nobody waits for it: what goes wrong (a store that is locked, a log that cannot be read) stands in the page's place. */
  #refreshUnasked(): void {
    this.refresh().catch((error: unknown) => {
      const text = `${sentence(error)}\n`;
      const isNews = this.#page.text !== text;
      this.#page = { text, lineCount: 2, sections: [] };
      if (isNews) this.#deps.changed();
      if (this.#attention === 'none' || this.#state === 'whole') return;
      this.#timer = setTimeout(() => this.#refreshUnasked(), QUIET_REST_MS);
    });
  }

  [Symbol.dispose](): void {
    this.#attention = 'none';
    this.#state = 'whole';
    clearTimeout(this.#timer);
  }

  async #refresh(): Promise<void> {
    clearTimeout(this.#timer);
    const began = performance.now();
    const before = this.#page.text;
    await this.#look();
    const isNews = this.#page.text !== before;
    if (isNews) this.#deps.changed();
    const isWanted = this.#state === 'live' ? this.#attention !== 'none' : this.#isMoreWanted();
    if (!isWanted) return;
    const paceMs = (this.#page.text.length / 1_000_000) * MS_PER_MEGABYTE;
    const restMs = isNews ? Math.max(MIN_REST_MS, paceMs, (performance.now() - began) * REST_FACTOR) : QUIET_REST_MS;
    this.#timer = setTimeout(() => this.#refreshUnasked(), restMs);
  }

  async #look(): Promise<void> {
    const cronium = await this.#deps.cronium();
    try {
      this.#record = cronium.findRun(this.run);
    } catch (error) {
      if (!(error instanceof CroniumError)) throw error;
      this.#record = undefined;
      this.#state = 'whole';
      this.#page = { text: `${error.message}\n`, lineCount: 2, sections: [] };
      return;
    }
    // Asked before the logs are read: what has an outcome has its whole log in the mirror.
    const isOver = runStatus(this.#record.jobs.map(({ outcome }) => outcome)) !== 'running';
    const mayBeLong = (): boolean => isOver && (this.#state === 'new' || this.#attention === 'focus');
    let limits = mayBeLong() ? LIMITS : QUICK_LIMITS;
    if (limits === LIMITS && this.#isCut()) this.#logs.clear();
    for (const job of this.#record.jobs) {
      if (await this.#read(job, cronium, limits.each)) this.#share(limits);
    }
    if (!mayBeLong() && limits === LIMITS) {
      // The person went on to something else while a long log was read.
      limits = QUICK_LIMITS;
      this.#share(limits);
    }
    const logs = new Map([...this.#logs].map(([id, { tail }]) => [id, tail] as const));
    this.#page = buildRunPage(this.#record, logs, { ...this.#deps, outputs: cronium.outputs(this.run) });
    this.#state = !isOver ? 'live' : limits === QUICK_LIMITS && this.#isCut() ? 'cut' : 'whole';
    if (this.#state === 'whole') this.#logs.clear();
  }

  #isMoreWanted(): boolean {
    return this.#state === 'cut' && this.#attention === 'focus';
  }

  #isCut(): boolean {
    return [...this.#logs.values()].some(({ tail }) => tail.above > 0);
  }

  /** Reads what the log of a job has now; says whether that is more than before. */
  async #read(job: JobRecord, cronium: Pick<Cronium, 'log'>, limit: number): Promise<boolean> {
    const log = this.#logs.get(job.id) ?? { tail: new LogTail(limit), isWhole: false };
    this.#logs.set(job.id, log);
    if (log.isWhole) return false;
    for await (const entry of cronium.log(job, log.place ? { from: log.place } : {})) {
      log.tail.add(entry);
      log.place = entry.next;
    }
    log.isWhole = job.outcome !== undefined;
    return log.tail.read();
  }

  #share(limits: typeof LIMITS): void {
    const tails = [...this.#logs.values()].map(({ tail }) => tail);
    const shares = fairShares(
      tails.map(({ length }) => length),
      limits,
    );
    for (const [at, tail] of tails.entries()) tail.limit(shares[at] ?? 0);
  }
}
