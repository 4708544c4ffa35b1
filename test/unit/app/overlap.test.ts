import { describe, expect, test } from 'vitest';
import { type AdoptOptions, waitForTurn } from '../../../src/app/overlap.ts';
import type { Overlap } from '../../../src/domain/event.ts';
import type { JobRecord } from '../../../src/domain/run.ts';
import { idOf, serverOf } from '../store/plan.ts';

/** The open job of the run `run` on `server`. */
function job(run: string, server: string): JobRecord {
  return {
    id: idOf(`${run}/${server}`),
    runId: idOf(run),
    server: serverOf(server),
    phase: 'running',
    phaseAt: 1,
    cancelRequested: false,
  };
}

/** Who else is there. Jobs end when `end` is called for them. */
class Scene {
  readonly notes: string[] = [];
  readonly cancelled: string[] = [];
  readonly adopted: [job: string, until: string][] = [];
  readonly stop = new AbortController();
  #open: JobRecord[];
  /** What becomes of a job that nobody looks after; a job that is not here is looked after. */
  orphans = new Map<string, (options: AdoptOptions) => Promise<boolean>>();
  #wake: (() => void)[] = [];

  constructor(open: readonly JobRecord[]) {
    this.#open = [...open];
  }

  end(...jobs: readonly JobRecord[]): void {
    this.#open = this.#open.filter((open) => !jobs.some(({ id }) => id === open.id));
  }

  wait(overlap: Overlap): Promise<'go' | 'over'> {
    return waitForTurn(
      overlap,
      {
        inTheWay: () => this.#open,
        adopt: (job, options) => {
          const ended = this.orphans.get(job.id);
          if (!ended) return undefined;
          this.orphans.delete(job.id);
          this.adopted.push([job.id, options.until]);
          return ended(options);
        },
        cancel: (jobs) => void this.cancelled.push(...jobs.map(({ id }) => id)),
        note: async (message) => {
          this.notes.push(message);
          for (const wake of this.#wake.splice(0)) wake();
        },
      },
      { signal: this.stop.signal },
    );
  }

  /** Resolves with the next note. */
  noted(): Promise<void> {
    return new Promise((resolve) => this.#wake.push(resolve));
  }
}

const [first, second] = [job('first', 'web-1'), job('second', 'web-2')];
const id = (name: string): string => idOf(name).slice(0, 8);

test('waitForTurn() goes at once when nothing is in the way, whatever the overlap', async () => {
  for (const overlap of ['queue', 'skip', 'cancelRunning', 'parallel'] as const) {
    const scene = new Scene([]);
    expect([await scene.wait(overlap), scene.notes]).toEqual(['go', []]);
  }
});

test('waitForTurn() does not look when runs may be parallel', async () => {
  const scene = new Scene([first]);
  expect([await scene.wait('parallel'), scene.notes]).toEqual(['go', []]);
});

describe('waitForTurn() that queues', () => {
  test('waits for all that is in the way and says for what', async () => {
    const scene = new Scene([first, job('first', 'web-2'), second]);
    const turn = scene.wait('queue');
    expect(scene.notes).toEqual([`Waits for runs ${id('first')}, ${id('second')} of this event on web-1, web-2`]);
    const noted = scene.noted();
    scene.end(first, job('first', 'web-2'));
    await noted;
    expect(scene.notes.slice(1)).toEqual([`Waits for run ${id('second')} of this event on web-2`]);
    scene.end(second);
    expect(await turn).toBe('go');
    expect([scene.notes.length, scene.cancelled]).toEqual([2, []]);
  });

  test('is over at once when it is told to stop', async () => {
    const scene = new Scene([first]);
    const turn = scene.wait('queue');
    scene.stop.abort();
    expect(await turn).toBe('over');
  });

  test('looks after jobs of which the owner is gone, to their ends', async () => {
    const scene = new Scene([first]);
    scene.orphans.set(first.id, async () => {
      scene.end(first);
      return false;
    });
    expect(await scene.wait('queue')).toBe('go');
    expect(scene.adopted).toEqual([[first.id, 'ended']]);
    expect(scene.notes).toEqual([`Waits for run ${id('first')} of this event on web-1`]);
  });

  test('does not wait for ever for a server that nobody can ask', async () => {
    const scene = new Scene([first]);
    scene.orphans.set(first.id, async () => false);
    expect(await scene.wait('queue')).toBe('go');
    expect(scene.notes[1]).toBe(`Cannot tell how run ${id('first')} of this event on web-1 stands: not waiting for it`);
  });
});

test('waitForTurn() that cancels asks once for the ends of all, and waits for them', async () => {
  const scene = new Scene([first, second]);
  const turn = scene.wait('cancelRunning');
  expect(scene.notes).toEqual([`Cancels runs ${id('first')}, ${id('second')} of this event on web-1, web-2`]);
  const noted = scene.noted();
  scene.end(first);
  await noted;
  scene.end(second);
  expect(await turn).toBe('go');
  expect(scene.cancelled).toEqual([first.id, second.id]);
});

describe('waitForTurn() that skips', () => {
  test('is over at once and says why', async () => {
    const scene = new Scene([first]);
    expect(await scene.wait('skip')).toBe('over');
    expect(scene.notes).toEqual([`Skipped: run ${id('first')} of this event on web-1 has not ended`]);
  });

  test('goes when what looked open has ended by now', async () => {
    const scene = new Scene([first]);
    scene.orphans.set(first.id, async () => false);
    expect(await scene.wait('skip')).toBe('go');
    expect([scene.adopted, scene.notes]).toEqual([[[first.id, 'known']], []]);
  });

  test('is over when a script goes on that nobody looks after', async () => {
    const scene = new Scene([first, second]);
    scene.orphans.set(first.id, async () => false);
    scene.orphans.set(second.id, async () => true);
    expect(await scene.wait('skip')).toBe('over');
    expect(scene.notes).toEqual([`Skipped: run ${id('second')} of this event on web-2 has not ended`]);
  });

  test('names a few servers of many', async () => {
    const scene = new Scene(Array.from({ length: 20 }, (_, index) => job('first', `web-${index}`)));
    await scene.wait('skip');
    expect(scene.notes).toEqual([
      `Skipped: run ${id('first')} of this event on web-0, web-1, web-2, web-3 and 16 more has not ended`,
    ]);
  });
});
