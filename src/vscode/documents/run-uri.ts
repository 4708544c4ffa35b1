import { Uri } from 'vscode';
import { isId, shortId } from '../../domain/id.ts';
import type { RunRecord } from '../../domain/run.ts';
import { lineText } from '../plain-text.ts';

export const RUN_SCHEME = 'cronium-run';

/** A folder in the documents' paths, by which the editor knows their language: see `contributes.languages`. */
const MARK = '.cronium-run';

/** The document of a run; the tab shows the last part. */
export function runUri({ id, eventName }: Pick<RunRecord, 'id' | 'eventName'>): Uri {
  const name = lineText(eventName).replaceAll('/', '∕');
  return Uri.from({ scheme: RUN_SCHEME, path: `/${MARK}/${id}/${name} · ${shortId(id)}` });
}

/** The id of a document's run; undefined for any other document. */
export function runOf({ scheme, path }: Pick<Uri, 'scheme' | 'path'>): string | undefined {
  const id = path.split('/')[2] ?? '';
  return scheme === RUN_SCHEME && isId(id) ? id : undefined;
}

/** The log of one job as a text to compare. */
export const LOG_SCHEME = 'cronium-log';

export function logUri(run: Pick<RunRecord, 'id'>, server: string): Uri {
  return Uri.from({ scheme: LOG_SCHEME, path: `/${run.id}/${lineText(server).replaceAll('/', '∕')}`, query: server });
}

/** The job that such a document is of; undefined for any other document. */
export function jobOf({ scheme, path, query }: Pick<Uri, 'scheme' | 'path' | 'query'>): JobName | undefined {
  const run = path.split('/')[1] ?? '';
  return scheme === LOG_SCHEME && isId(run) ? { run, server: query } : undefined;
}

export interface JobName {
  readonly run: string;
  readonly server: string;
}
