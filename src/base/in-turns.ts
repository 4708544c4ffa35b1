import { eventLoop, type LoopShare } from './loop-share.ts';

export interface InTurnsOptions {
  /** How many there is time for in one turn; what is short takes no turn of its own. */
  readonly perTurn: number;
  /** Absent: the event loop of this process. */
  readonly loop?: Pick<LoopShare, 'turn'>;
}

/** Does `work` with each of `items`, in order, and lets others have their turn of the event loop in between when there are many. */
export async function inTurns<T>(
  items: readonly T[],
  { perTurn, loop = eventLoop }: InTurnsOptions,
  work: (item: T, index: number) => void,
): Promise<void> {
  for (const [index, item] of items.entries()) {
    if (index > 0 && index % perTurn === 0) await loop.turn();
    work(item, index);
  }
}
