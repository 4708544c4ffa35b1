import { sentence } from '../domain/errors.ts';
import type { Store } from '../store/store.ts';
import type { LoginMemory } from '../transport/transport.ts';

/** What the store knows of logins. It only saves round trips, so nothing ends over a store that cannot be read or written. */
export function loginFacts({ logins }: Pick<Store, 'logins'>, log: (line: string) => void): LoginMemory {
  const tried = <T>(work: () => T): T | undefined => {
    try {
      return work();
    } catch (error) {
      log(`Cannot remember logins: ${sentence(error)}`);
      return undefined;
    }
  };
  return {
    keyFor: (place) => tried(() => logins.keyFor(place)),
    accepted: (place, key) => tried(() => logins.accepted(place, key)),
    forget: (place) => tried(() => logins.forget(place)),
  };
}
