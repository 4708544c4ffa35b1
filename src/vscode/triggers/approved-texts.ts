import { basename } from 'node:path';
import { Uri, workspace } from 'vscode';
import type { ScriptEvent } from '../../domain/event.ts';
import { eventKey } from '../event-key.ts';
import type { Approvals } from './approvals.ts';
import type { Version } from './version.ts';

const SCHEME = 'cronium-approved';

/** Scripts as they were approved, as read-only documents to compare with. */
export interface ApprovedTexts extends Disposable {
  /** Where the text of the version of an event that was approved last can be opened. */
  uriOf(event: ScriptEvent, approved: Version): Uri;
}

export function provideApprovedTexts(approvals: Approvals): ApprovedTexts {
  const provider = workspace.registerTextDocumentContentProvider(SCHEME, {
    provideTextDocumentContent: ({ query, fragment }) => {
      const answer = approvals.find(query);
      return answer?.kind === 'approved' && answer.version.hash === fragment ? (answer.version.text ?? '') : '';
    },
  });
  return {
    // The name gives the text its language; each version is a document of its own.
    uriOf: (event, { hash }) => {
      const path = `/${basename(event.script.path)}`;
      return Uri.from({ scheme: SCHEME, path, query: eventKey(event), fragment: hash });
    },
    [Symbol.dispose]: () => provider.dispose(),
  };
}
