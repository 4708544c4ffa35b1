import type { SessionJournal } from '../../../src/execution/sessions.ts';

/** Writes nothing down. */
export const silentJournal: SessionJournal = {
  opening: () => {},
  deploying: () => {},
  deployFailed: () => {},
  opened: () => {},
  failed: () => {},
  closed: () => {},
};
