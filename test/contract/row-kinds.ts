import type { Deployment, KnownServer } from '../../src/app/cronium.ts';
import type { Problem } from '../../src/domain/event.ts';
import type { JobOutcome } from '../../src/domain/outcome.ts';
import type { RunRecord } from '../../src/domain/run.ts';
import { LOCAL, type Server } from '../../src/domain/server.ts';
import {
  type SharedVariable,
  VARIABLE_SCOPES,
  type VariableScope,
  type VariableType,
} from '../../src/domain/shared-variable.ts';
import { VIEWS } from '../../src/vscode/contributions.ts';
import { deploymentRows } from '../../src/vscode/views/deployments.ts';
import { eventRows } from '../../src/vscode/views/events.ts';
import type { Row } from '../../src/vscode/views/row.ts';
import { runRow } from '../../src/vscode/views/runs.ts';
import { serverRows } from '../../src/vscode/views/servers.ts';
import { variableRows } from '../../src/vscode/views/variables.ts';
import { eventOf } from '../unit/vscode/event.ts';

const moment = String;
const web: Server = { name: 'web1', kind: 'ssh', address: 'web1', tags: [] };
const isProtected = { isProtected: true } as const;
const problem: Problem = { severity: 'error', file: '', line: 1, column: 1, endColumn: 2, message: 'Wrong' };
const good: JobOutcome = { kind: 'succeeded', exitCode: 0 };
const bad: JobOutcome = { kind: 'failed', exitCode: 1 };

/** The words of all kinds of rows that each view can show (`viewItem`), from the rows of one of everything. */
export const rowKinds: Readonly<Record<string, readonly string[]>> = {
  [VIEWS.events]: wordsOf(
    eventRows(
      [
        { name: 'one', root: '/one', events: [loaded(), loaded([problem])] },
        { name: 'two', root: '/two', events: [loaded()] },
      ],
      [{ root: '/one', path: 'recent.sh' }],
    ),
  ),
  [VIEWS.servers]: wordsOf(
    serverRows(
      (['local', 'settings', 'configuration', 'ssh'] as const).flatMap((origin) =>
        (['connected', 'failed', 'unknown'] as const).flatMap((state) => {
          const server = origin === 'local' ? LOCAL : web;
          return [known({ origin, state, server }), known({ origin, state, server: { ...server, ...isProtected } })];
        }),
      ),
      { moment, groups: { all: ['web1'] } },
    ),
  ),
  [VIEWS.deployments]: wordsOf(
    deploymentRows(
      (['active', 'idle', 'deploying', 'failed'] as const).map((state) => deployment(state)),
      { moment, runName: (run) => run },
    ),
  ),
  [VIEWS.variables]: wordsOf(
    variableRows(
      VARIABLE_SCOPES.flatMap((scope) => (['plain', 'secret'] as const).map((type) => variable(scope, type))),
      { moment, folders: [], eventName: () => undefined },
    ),
  ),
  [VIEWS.runs]: wordsOf(
    (['running', 'detached'] as const).flatMap((phase) =>
      [[good], [bad], [undefined], [good, bad], [undefined, bad], [good, good], [undefined, undefined]].map(
        (outcomes) => runRow(runOf(outcomes, phase)),
      ),
    ),
  ),
};

function wordsOf(rows: readonly Row[]): readonly string[] {
  const all = (row: Row): readonly Row[] => [row, ...(row.children ?? []).flatMap(all)];
  return [...new Set(rows.flatMap(all).map(({ words }) => words))];
}

function loaded(problems: readonly Problem[] = []): Parameters<typeof eventRows>[0][number]['events'][number] {
  return { event: eventOf(), problems };
}

function known(fields: Pick<KnownServer, 'origin' | 'state' | 'server'>): KnownServer {
  const disk = { total: 1, free: 1 };
  return { ...fields, health: { at: 0, health: { cores: 1, disk, jobs: 0 } } };
}

function deployment(state: Deployment['state']): Deployment {
  return { server: 'web1', sha256: state, version: '1', platform: 'linux/amd64', state, at: 0, run: 'run' };
}

function variable(scope: VariableScope, type: VariableType): SharedVariable {
  const changedBy = { kind: 'person' } as const;
  return { name: type, scope, owner: scope === 'global' ? '' : 'one', type, version: 1, changedAt: 0, changedBy };
}

function runOf(outcomes: readonly (JobOutcome | undefined)[], phase: 'running' | 'detached'): RunRecord {
  const jobs = outcomes.map((outcome, index) => ({
    id: `job-${index}`,
    runId: 'run',
    server: web,
    phase,
    phaseAt: 0,
    cancelRequested: false,
    ...(outcome ? { outcome } : {}),
  }));
  const hashes = { payloadSha256: '', scriptSha256: '' };
  return { id: 'run', eventId: 'a.sh', eventName: 'A', trigger: 'person', startedAt: 0, jobs, ...hashes };
}
