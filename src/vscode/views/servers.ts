import type { KnownServer } from '../../app/cronium.ts';
import { CroniumError, sentence } from '../../domain/errors.ts';
import { selectServers } from '../../domain/selection.ts';
import { lineText } from '../plain-text.ts';
import { healthLines, healthProblems } from './health.ts';
import type { Fact, Row, RowIcon, Tip } from './row.ts';

export interface ServerRowDeps {
  /** Writes when something was. */
  moment(at: number): string;
  /** Names of groups, without `@`, with their selectors. */
  readonly groups?: Readonly<Record<string, readonly string[]>>;
}

const ORIGINS: Readonly<Record<KnownServer['origin'], string>> = {
  local: 'this machine',
  settings: 'your settings',
  configuration: 'the configuration file',
  ssh: 'your SSH configuration',
};

/** The rows of the Servers view: what can be named, with what is known of it, and the groups at the end. */
export function serverRows(known: readonly KnownServer[], deps: ServerRowDeps): Row[] {
  const rows = known.map((server) => ({ ...serverRow(server, deps), children: healthRows(server, deps) }));
  const groups = Object.entries(deps.groups ?? {});
  return groups.length === 0 ? rows : [...rows, groupsRow(groups, known, deps)];
}

function serverRow(known: KnownServer, deps: ServerRowDeps): Row {
  const { server, origin, state, platform, runner, health } = known;
  const label = lineText(server.name);
  const details = [
    ...(state === 'failed' ? ['no connection'] : state === 'connecting' ? ['connecting'] : []),
    // What it said before its connection ended may be over.
    ...(health && state === 'connected' ? healthProblems(health.health) : []),
    ...(server.kind === 'local' ? ['this machine'] : server.address === server.name ? [] : [lineText(server.address)]),
    ...server.tags.map((tag) => `@${lineText(tag)}`),
    ...(server.isProtected ? ['protected'] : []),
    ...(platform === undefined ? [] : [lineText(platform)]),
    ...(runner ? [`runner ${lineText(runner.version)}`] : []),
  ];
  return {
    id: server.name,
    label,
    ...(details.length > 0 ? { description: details.join(' · ') } : {}),
    tooltip: serverTip(known, deps),
    icon: stateIcon(known),
    words: [
      'server',
      server.kind,
      ...(state === 'connected' ? ['connected'] : []),
      ...(origin === 'settings' ? ['settings'] : []),
      ...(server.isProtected ? ['protected'] : []),
    ].join(' '),
    spoken: [`Server ${label}`, ...(state === 'connected' ? ['connected'] : []), ...details].join(', '),
    target: { kind: 'server', name: server.name },
  };
}

/** Its shape tells the state as well as its colour does. */
function stateIcon({ server, state }: KnownServer): RowIcon {
  switch (state) {
    case 'connected':
      return { name: server.kind === 'local' ? 'device-desktop' : 'vm-active', colour: 'testing.iconPassed' };
    case 'connecting':
      return { name: 'sync~spin' };
    case 'failed':
      return { name: 'debug-disconnect', colour: 'testing.iconFailed' };
    case 'unknown':
      return { name: server.kind === 'local' ? 'device-desktop' : 'server' };
    default:
      return state satisfies never;
  }
}

function serverTip(known: KnownServer, { moment }: ServerRowDeps): Tip {
  const { server, origin, state, problem, platform, seenAt, runner, health } = known;
  const facts: readonly (Fact | undefined)[] = [
    problem === undefined ? undefined : { value: lineText(problem) },
    state === 'connected' ? { value: 'Connected' } : undefined,
    server.kind === 'local' ? undefined : { name: 'Address', value: lineText(server.address) },
    server.tags.length === 0 ? undefined : { name: 'Tags', value: lineText(server.tags.join(', ')) },
    server.isProtected ? { value: 'Protected: every run on it is confirmed' } : undefined,
    { name: 'Named by', value: ORIGINS[origin] },
    platform === undefined ? undefined : { name: 'Platform', value: lineText(platform) },
    {
      name: 'Runner',
      value: runner ? `${lineText(runner.version)}, since ${moment(runner.at)}` : 'none yet, the first run brings it',
    },
    ...(health
      ? healthLines(health.health).map(({ name, value, problem: bad }) => ({
          name,
          value: bad ? `${value}: ${bad.hint}` : value,
        }))
      : []),
    health ? { name: 'Health', value: `asked at ${moment(health.at)}` } : undefined,
    seenAt === undefined ? undefined : { name: 'Answered last', value: moment(seenAt) },
  ];
  return { title: lineText(server.name), facts: facts.filter((fact) => fact !== undefined) };
}

function healthRows({ server, state, health }: KnownServer, { moment }: ServerRowDeps): Row[] {
  if (!health) return [];
  const when = state === 'connected' ? [] : [moment(health.at)];
  return healthLines(health.health).map(({ name, value, icon, problem }) => ({
    id: `${server.name}\n${name}`,
    label: name,
    description: [value, ...(problem ? [problem.short] : []), ...when].join(' · '),
    tooltip: {
      title: name,
      facts: [{ value }, ...(problem ? [{ value: problem.hint }] : []), { name: 'Asked', value: moment(health.at) }],
    },
    icon,
    words: 'health',
    spoken: [`${name} of ${lineText(server.name)}`, value, ...(problem ? [problem.hint] : [])].join(', '),
  }));
}

function groupsRow(
  groups: readonly (readonly [string, readonly string[]])[],
  known: readonly KnownServer[],
  deps: ServerRowDeps,
): Row {
  return {
    // No server is called so: a name has no line break.
    id: '\ngroups',
    label: 'Groups',
    icon: { name: 'folder' },
    words: 'groups',
    spoken: groups.length === 1 ? '1 group' : `${groups.length} groups`,
    children: groups.map(([name, selectors]) => groupRow(name, selectors, known, deps)),
  };
}

function groupRow(name: string, selectors: readonly string[], known: readonly KnownServer[], deps: ServerRowDeps): Row {
  const label = `@${lineText(name)}`;
  const id = `\ngroup ${name}`;
  const members = membersOf(name, known, deps);
  const isBroken = typeof members === 'string';
  const description = isBroken ? members : members.length === 1 ? '1 server' : `${members.length} servers`;
  return {
    id,
    label,
    description,
    tooltip: { title: label, facts: [{ name: 'Servers', value: lineText(selectors.join(', ')) }] },
    icon: isBroken ? { name: 'warning', colour: 'list.warningForeground' } : { name: 'layers' },
    words: 'group',
    spoken: `Group ${lineText(name)}, ${description}`,
    children: isBroken
      ? []
      : members.map((member) => ({ ...serverRow(member, deps), id: `${id}\n${member.server.name}` })),
  };
}

/** The servers that a group means now, or why it means none. */
function membersOf(
  name: string,
  known: readonly KnownServer[],
  { groups = {} }: ServerRowDeps,
): readonly KnownServer[] | string {
  const servers = known.map(({ server }) => server);
  try {
    return selectServers([`@${name}`], servers, groups).map(
      (server) => known.find((one) => one.server === server) ?? { server, origin: 'configuration', state: 'unknown' },
    );
  } catch (error) {
    if (error instanceof CroniumError) return lineText(sentence(error));
    throw error;
  }
}
