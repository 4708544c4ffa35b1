import { commands, l10n, window } from 'vscode';
import type { Health, KnownServer } from '../../../app/cronium.ts';
import type { Server } from '../../../domain/server.ts';
import { COMMANDS, VIEWS } from '../../contributions.ts';
import type { LazyEngine } from '../../engine.ts';
import { assertTrusted } from '../../host/trust.ts';
import { lineText, noticeText } from '../../plain-text.ts';
import { withProgress } from '../../progress.ts';
import { type HealthProblem, healthLines } from '../../views/health.ts';
import type { Row } from '../../views/row.ts';
import { serverRows } from '../../views/servers.ts';
import { chooseServers } from './choose-servers.ts';
import { eachServer, throwFailures } from './each-server.ts';
import { nameServers, sayInPassing } from './say.ts';

interface Answer {
  readonly server: Server;
  readonly value: Health;
}

/** "Check Health": asks servers for their load, which their rows then show; what is wrong is told with what helps. */
export async function checkHealth(rows: readonly Row[], deps: { readonly engine: LazyEngine }): Promise<void> {
  assertTrusted();
  const servers = await chooseServers(rows, deps, {
    placeholder: l10n.t('Choose the servers to check'),
    count: 'many',
  });
  const cronium = await deps.engine.get();
  const results = await withProgress(
    l10n.t('Checking {0}', nameServers(servers)),
    (signal) => eachServer(servers, (server) => cronium.health(server, { signal }), { signal }),
    { view: VIEWS.servers },
  );
  const grave = results.done.filter(({ value }) => problemsOf(value).some(({ isGrave }) => isGrave));
  const others = results.done.filter((answer) => !grave.includes(answer));
  if (others.length > 0) sayHow(others);
  if (grave.length > 0) void warn(grave);
  throwFailures(results, 'check');
}

function problemsOf(health: Health): HealthProblem[] {
  return healthLines(health).flatMap(({ problem }) => problem ?? []);
}

function sayHow(answers: readonly Answer[]): void {
  const [first] = answers;
  if (first && answers.length === 1) {
    const lines = healthLines(first.value).filter(({ name }) => name !== 'Up');
    const said = lines.map(({ name, value }) => `${name.toLowerCase()} ${value}`).join(' · ');
    return sayInPassing(`${lineText(first.server.name)}: ${said}`, { icon: 'pulse' });
  }
  const said = answers.flatMap(({ server, value }) => {
    const problems = problemsOf(value).map(({ short }) => short);
    return problems.length === 0 ? [] : [`${lineText(server.name)}: ${problems.join(', ')}`];
  });
  const well = answers.length - said.length;
  const all = [...(well > 0 ? [l10n.t('{0} of {1} are well', well, answers.length)] : []), ...said];
  sayInPassing(all.join(' · '), { icon: 'pulse' });
}

/** Not waited for: a notification may stand for hours. */
async function warn(answers: readonly Answer[]): Promise<void> {
  const sentences = answers.map(({ server, value }) => {
    const found = healthLines(value).flatMap((line) =>
      line.problem?.isGrave ? [`${line.problem.short} (${line.value}): ${line.problem.hint}`] : [],
    );
    return `${lineText(server.name)}: ${found.join('; ')}`;
  });
  const full = answers.filter(({ value }) =>
    healthLines(value).some(({ name, problem }) => name === 'Disk' && problem),
  );
  const clean = l10n.t('Clean Server…');
  const chosen = await window.showWarningMessage(noticeText(sentences.join('\n')), ...(full.length > 0 ? [clean] : []));
  // Through the command: what goes wrong there is told there.
  if (chosen === clean) await commands.executeCommand(COMMANDS.cleanServer, ...rowsFor(full));
}

/** Rows as the menu of the view would pass them. */
function rowsFor(answers: readonly Answer[]): readonly [Row | undefined, readonly Row[]] {
  const known = answers.map(({ server }): KnownServer => ({ server, origin: 'settings', state: 'connected' }));
  const rows = serverRows(known, { moment: String });
  return [rows[0], rows];
}
