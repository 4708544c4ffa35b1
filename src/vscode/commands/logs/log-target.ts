import { l10n, Uri, window } from 'vscode';
import type { Cronium } from '../../../app/cronium.ts';
import type { RunRecord } from '../../../domain/run.ts';
import { runOf } from '../../documents/run-uri.ts';
import { isRow } from '../../views/row.ts';
import { findRun } from '../run/pick-run.ts';

/** A run, or one server's part of it. */
export interface LogTarget {
  readonly run: RunRecord;
  readonly server?: string;
}

/**
 * What a command on logs is for: the row or the document that its menu was opened on, what a link names, the run document with
 * the focus, else a run that the person picks. Undefined when nothing has run yet, which the person is told.
 */
export async function findLogTarget(
  target: unknown,
  cronium: Cronium,
  placeHolder: string,
): Promise<LogTarget | undefined> {
  const named = nameOf(target) ?? nameOf(window.activeTextEditor?.document.uri);
  if (named) {
    const run = cronium.findRun(named.run);
    const isOfRun = run.jobs.some(({ server }) => server.name === named.server);
    return named.server !== undefined && isOfRun ? { run, server: named.server } : { run };
  }
  const run = await findRun(undefined, cronium, { placeHolder, isOffered: () => true });
  if (run) return { run };
  void window.showInformationMessage(l10n.t('No script has run yet'));
  return undefined;
}

interface Name {
  readonly run: string;
  readonly server?: string;
}

function nameOf(target: unknown): Name | undefined {
  if (target instanceof Uri) {
    const run = runOf(target);
    return run === undefined ? undefined : { run };
  }
  const name = isRow(target) ? target.target : target;
  if (typeof name !== 'object' || name === null || !('run' in name) || typeof name.run !== 'string') return undefined;
  const { run } = name;
  return 'server' in name && typeof name.server === 'string' ? { run, server: name.server } : { run };
}
