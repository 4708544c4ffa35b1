import { HelperDesk } from '../helpers/desk.ts';
import type { Store } from '../store/store.ts';
import { JobBook } from './book.ts';
import type { Host } from './host.ts';
import { JobMasks } from './job-masks.ts';
import { ScriptEffects } from './script-effects.ts';
import { SharedVariables } from './shared-variables.ts';

/** What answers scripts, and where what they set goes. */
export interface Helping {
  readonly variables: SharedVariables;
  readonly masks: JobMasks;
  readonly effects: ScriptEffects;
  readonly desk: HelperDesk;
  /** Removes what other processes had no vault to remove from. To be called when something has changed. */
  tidy(): void;
}

export interface HelpingDeps {
  readonly store: Store;
  readonly host: Pick<Host, 'env' | 'vault' | 'recallSecret'>;
  /** This installation's id. */
  readonly install: string;
  /** Something in the store has changed. */
  changed(): void;
  log(line: string): void;
}

export function createHelping({ store, host, install, changed, log }: HelpingDeps): Helping {
  const variables = new SharedVariables({ store, host, changed });
  const effects = new ScriptEffects({ store, changed, now: Date.now });
  const masks = new JobMasks({ store, host, variables, log });
  const book = new JobBook({ store, effects, variables, masks, changed });
  const tokenIssued = (job: string, token: string): void => masks.now(job).renew(token);
  const desk = new HelperDesk({ book, install, tokenIssued, now: () => performance.now(), log });
  // A store or vault that cannot be used now is asked again at the next change.
  const tidy = (): void => void variables.tidy().catch(() => {});
  tidy();
  return { variables, masks, effects, desk, tidy };
}
