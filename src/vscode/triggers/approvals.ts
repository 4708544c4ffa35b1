import { createHash } from 'node:crypto';
import type { ScriptEvent } from '../../domain/event.ts';
import type { Server } from '../../domain/server.ts';
import { MEMORY_KEYS } from '../contributions.ts';

/** What a person approves: this event, with this content, on these servers. */
export interface Approvable {
  readonly event: ScriptEvent;
  /** The hash of all that would be packed. */
  readonly payloadSha256: string;
  readonly servers: readonly Server[];
}

/** What the editor keeps for a workspace; `Memento` in the editor. */
export interface Memory {
  get<T>(key: string, fallback: T): T;
  update(key: string, value: unknown): PromiseLike<void>;
}

/** A person's word on a script: the hash of what was approved last, or that it shall never run on save. */
export type Answer = { readonly kind: 'approved'; readonly hash: string } | { readonly kind: 'never' };

/** The person's answers for this workspace, by script. */
export class Approvals {
  readonly #memory: Memory;

  constructor(memory: Memory) {
    this.#memory = memory;
  }

  find(script: string): Answer | undefined {
    const answers = this.#answers();
    return Object.hasOwn(answers, script) ? answers[script] : undefined;
  }

  async remember(script: string, answer: Answer): Promise<void> {
    await this.#memory.update(MEMORY_KEYS.runOnSave, { ...this.#answers(), [script]: answer });
  }

  async forgetAll(): Promise<void> {
    await this.#memory.update(MEMORY_KEYS.runOnSave, undefined);
  }

  #answers(): Readonly<Record<string, Answer>> {
    return this.#memory.get<Readonly<Record<string, Answer>>>(MEMORY_KEYS.runOnSave, {});
  }
}

/** The hash of what is approved; it changes with every change of the script, its files, its options or its servers. */
export function approvalHash({ event, payloadSha256, servers }: Approvable): string {
  const targets = servers.map(({ name, kind, address }) => [name, kind, address]);
  return createHash('sha256')
    .update(JSON.stringify([event, payloadSha256, targets]))
    .digest('hex');
}
