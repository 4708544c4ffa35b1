import { MEMORY_KEYS } from '../contributions.ts';
import { isObject, type Memory, readObject } from '../memory.ts';
import type { Version } from './version.ts';

/** A person's word on an event: what was approved last, or that it shall never run on save. */
export type Answer = Approved | { readonly kind: 'never' };

export interface Approved {
  readonly kind: 'approved';
  readonly version: Version;
  /** How this version ended when a save ran it last: with success on all servers or not. Absent: none has. */
  readonly lastEnd?: 'good' | 'bad';
}

/** Events whose approved text is kept, to show what changed: the latest ones. */
const MAX_TEXTS = 20;

/** The person's answers for this workspace, by event. */
export class Approvals {
  readonly #memory: Memory;

  constructor(memory: Memory) {
    this.#memory = memory;
  }

  /** Something may run on save. */
  get isAnyApproved(): boolean {
    return Object.values(this.#answers()).some(({ kind }) => kind === 'approved');
  }

  find(event: string): Answer | undefined {
    const answers = this.#answers();
    return Object.hasOwn(answers, event) ? answers[event] : undefined;
  }

  async remember(event: string, answer: Answer): Promise<void> {
    const { [event]: _before, ...rest } = this.#answers();
    await this.#memory.update(MEMORY_KEYS.runOnSave, withoutOldTexts({ ...rest, [event]: answer }));
  }

  async forgetAll(): Promise<void> {
    await this.#memory.update(MEMORY_KEYS.runOnSave, undefined);
  }

  #answers(): Readonly<Record<string, Answer>> {
    const kept = Object.entries(readObject(this.#memory, MEMORY_KEYS.runOnSave));
    return Object.fromEntries(kept.filter((entry): entry is [string, Answer] => isAnswer(entry[1])));
  }
}

/**
 * Says whether a save changes nothing that matters, so that nothing runs: the version ran before. A person who saves again after
 * a failure wants another try, though; an automatic save wants nothing.
 */
export function isUnchanged({ lastEnd }: Approved, { isByHand }: { readonly isByHand: boolean }): boolean {
  return isByHand ? lastEnd === 'good' : lastEnd !== undefined;
}

/** Another version may have kept less: then it asks again. */
function isAnswer(value: unknown): value is Answer {
  if (!isObject(value)) return false;
  if (value.kind === 'never') return true;
  const { version } = value;
  if (value.kind !== 'approved' || !isObject(version)) return false;
  return typeof version.hash === 'string' && isObject(version.options) && isObject(version.servers);
}

function withoutOldTexts(answers: Readonly<Record<string, Answer>>): Readonly<Record<string, Answer>> {
  const entries = Object.entries(answers);
  const withText = entries.filter(([, answer]) => answer.kind === 'approved' && answer.version.text !== undefined);
  const tooOld = new Set(withText.slice(0, -MAX_TEXTS).map(([event]) => event));
  return Object.fromEntries(
    entries.map(([event, answer]) => {
      if (answer.kind !== 'approved' || !tooOld.has(event)) return [event, answer];
      const { text: _text, ...version } = answer.version;
      return [event, { ...answer, version }];
    }),
  );
}
