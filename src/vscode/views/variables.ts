import { basename } from 'node:path';
import type { Json } from '../../domain/event.ts';
import { shortId } from '../../domain/id.ts';
import type { SharedVariable, VariableAuthor, VariableChange, VariableScope } from '../../domain/shared-variable.ts';
import { lineText } from '../plain-text.ts';
import type { Row, Tip } from './row.ts';

export interface VariableRowDeps {
  /** Writes when something was. */
  moment(at: number): string;
  /** Roots of the folders of this window. */
  readonly folders: readonly string[];
  /** What an event of a folder (`''`: of none) is called; undefined when it is not there. */
  eventName(root: string, id: string): string | undefined;
}

/** From what is for all to what is for few. */
const ORDER: readonly VariableScope[] = ['global', 'workspace', 'event', 'server'];

/** Characters of a value in a row, and in what is shown over it. */
const MAX_SHOWN = 80;
const MAX_TOLD = 1_000;

const SCOPE_ICONS: Readonly<Record<VariableScope, string>> = {
  global: 'globe',
  workspace: 'folder',
  event: 'file-code',
  server: 'server',
};

/** The rows of the Variables view: whose they are, and the variables of each. */
export function variableRows(variables: readonly SharedVariable[], deps: VariableRowDeps): Row[] {
  const groups = Map.groupBy(variables, ({ scope, owner }) => `${scope}\n${owner}`);
  return [...groups.values()]
    .flatMap(([first, ...others]) => (first ? groupRow(first, [first, ...others], deps) : []))
    .sort((one, other) => one.rank - other.rank || one.row.label.localeCompare(other.row.label))
    .map(({ row }) => row);
}

/** A value on one line: a text as it is, anything else as JSON. */
export function valueText(value: Json | undefined, maxLength = MAX_SHOWN): string {
  const text = lineText(typeof value === 'string' ? value : JSON.stringify(value ?? null));
  return text.length > maxLength ? `${text.slice(0, maxLength - 1)}…` : text;
}

/** Who has changed a variable. */
export function describeAuthor(author: VariableAuthor): string {
  if (author.kind === 'person') return 'by hand';
  return `by run ${shortId(author.run)} on ${lineText(author.server)}`;
}

/** A change on one line of a list: what it was set to, when and by whom. */
export function describeChange(
  { version, type, value, isUnset, changedAt, changedBy }: VariableChange,
  { moment }: Pick<VariableRowDeps, 'moment'>,
): { readonly label: string; readonly description: string } {
  const what = isUnset ? 'deleted' : type === 'secret' ? 'secret' : valueText(value);
  return {
    // A value may hold what the editor would take for an icon.
    label: what.replaceAll('$(', '$ ('),
    description: `version ${version} · ${moment(changedAt)}, ${describeAuthor(changedBy)}`,
  };
}

/** What a scope is called where one of them stands among others. */
export function describeOwner(
  { scope, owner }: Pick<SharedVariable, 'scope' | 'owner'>,
  { eventName }: Pick<VariableRowDeps, 'eventName'>,
): { readonly label: string; readonly description?: string } {
  switch (scope) {
    case 'global':
      return { label: 'Global', description: 'all scripts' };
    case 'workspace':
      return { label: lineText(basename(owner)), description: 'folder' };
    case 'server':
      return { label: lineText(owner), description: 'server' };
    case 'event': {
      const [root = '', id = ''] = owner.split('\0');
      const folder = root === '' ? [] : [lineText(basename(root))];
      return { label: lineText(eventName(root, id) ?? id), description: ['event', ...folder].join(' · ') };
    }
    default:
      return scope satisfies never;
  }
}

function groupRow(
  { scope, owner }: SharedVariable,
  variables: readonly SharedVariable[],
  deps: VariableRowDeps,
): { readonly rank: number; readonly row: Row } {
  const { label, description = '' } = describeOwner({ scope, owner }, deps);
  const root = scope === 'workspace' ? owner : scope === 'event' ? (owner.split('\0')[0] ?? '') : '';
  // What is of a folder that is not open here comes last, and closed.
  const isElsewhere = root !== '' && !deps.folders.includes(root);
  const counted = variables.length === 1 ? '1 variable' : `${variables.length} variables`;
  const row: Row = {
    id: `${scope}\n${owner}`,
    label,
    description,
    tooltip: {
      title: label,
      facts: [
        { value: WHO_SEES[scope] },
        ...(root === '' ? [] : [{ name: 'Folder', value: lineText(root) }]),
        { name: 'Holds', value: counted },
      ],
    },
    icon: { name: SCOPE_ICONS[scope] },
    words: `scope ${scope}`,
    spoken: `${label}, ${description}, ${counted}`,
    target: { kind: 'scope', scope, owner },
    children: [...variables]
      .sort((one, other) => one.name.localeCompare(other.name))
      .map((variable) => variableRow(variable, { ...deps, ownerLabel: label })),
    isExpanded: !isElsewhere,
  };
  return { rank: ORDER.indexOf(scope) + (isElsewhere ? ORDER.length : 0), row };
}

const WHO_SEES: Readonly<Record<VariableScope, string>> = {
  global: 'All scripts read these, unless a scope below has one of the same name',
  workspace: 'Scripts of this folder read these',
  event: 'Runs of this event read these, before those of the folder',
  server: 'Scripts on this server read these, before all others',
};

function variableRow(variable: SharedVariable, deps: VariableRowDeps & { readonly ownerLabel: string }): Row {
  const { name, scope, owner, type } = variable;
  const label = lineText(name);
  const description = type === 'secret' ? 'secret' : valueText(variable.value);
  return {
    id: `${scope}\n${owner}\n${name}`,
    label,
    description,
    tooltip: variableTip(variable, deps),
    icon: { name: type === 'secret' ? 'lock' : 'symbol-variable' },
    words: `variable ${type}`,
    spoken: `Variable ${label}, ${description}, ${deps.ownerLabel}`,
    target: { kind: 'variable', scope, owner, name },
  };
}

function variableTip(
  { name, type, value, version, changedAt, changedBy }: SharedVariable,
  { moment, ownerLabel }: VariableRowDeps & { readonly ownerLabel: string },
): Tip {
  return {
    title: lineText(name),
    facts: [
      type === 'secret'
        ? { value: 'Secret: its value is in the secret storage of the editor, and is not shown' }
        : { name: 'Value', value: valueText(value, MAX_TOLD) },
      { name: 'Of', value: ownerLabel },
      { name: 'Changed', value: `${moment(changedAt)}, ${describeAuthor(changedBy)}` },
      { name: 'Version', value: String(version) },
    ],
  };
}
