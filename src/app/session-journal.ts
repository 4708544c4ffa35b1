import { CroniumError } from '../domain/errors.ts';
import type { SessionJournal } from '../execution/sessions.ts';
import type { Recorder } from './recorder.ts';
import type { ServerStates } from './server-states.ts';

/** What becomes of the sessions: facts for the store, states for those who look on. */
export function sessionJournal(
  recorder: Recorder,
  states: ServerStates,
  { reached, log }: { reached(): void; log(line: string): void },
): SessionJournal {
  return {
    opening: ({ name }) => states.connecting(name),
    deploying: (server, artifact, from) => recorder.deploying(server, artifact, from),
    deployFailed: (server, artifact) => recorder.deployFailed(server, artifact),
    opened: (server, session, deployed) => {
      states.connected(server.name);
      try {
        recorder.opened(server, session, deployed);
      } catch (error) {
        // A connection that stands is of use, whether it can be written down now or not: the next one is the same fact.
        if (!(error instanceof CroniumError)) throw error;
        log(error.message);
      }
      reached();
    },
    failed: ({ name }, error) => states.failed(name, error),
    closed: ({ name }) => states.closed(name),
  };
}
