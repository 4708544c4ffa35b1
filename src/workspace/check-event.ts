import { findNearest } from '../base/nearest.ts';
import { CroniumError } from '../domain/errors.ts';
import type { Problem } from '../domain/event.ts';
import { isServerName, selectServers } from '../domain/selection.ts';
import { LOCAL } from '../domain/server.ts';
import { splitVariable, type VariableUse, variableProblem, variablesIn } from '../domain/variable.ts';
import type { KnownNames } from './document.ts';
import { VARIABLE_FIELDS } from './schema.ts';
import { plainScalar } from './write-yaml.ts';
import type { MapNode, ScalarNode, YamlNode } from './yaml.ts';

/** A problem of the file that is checked. */
export type Finding = Omit<Problem, 'file'>;

export interface EventCheck {
  /** The event's fields as written. */
  readonly map: MapNode;
  /** The lines of the file. */
  readonly lines: readonly string[];
  /** What the header of an entry's script adds; absent: nobody has looked. */
  readonly inherited?: { readonly servers: readonly string[]; readonly inputs: readonly string[] } | undefined;
  /** Absent: nobody knows which servers there are. */
  readonly known?: KnownNames | undefined;
}

/** Finds what the fields of an event name and what is not there: servers, variables, inputs. They are well formed or left out. */
export function checkEvent(check: EventCheck): Finding[] {
  const inputs = check.inherited && [...check.inherited.inputs, ...declaredInputs(check.map)];
  const findings = check.map.entries.flatMap(({ key, value }) => {
    if (key.text === 'servers' && check.known) return checkServers(value, check.known);
    if (!VARIABLE_FIELDS.has(key.text)) return [];
    return scalarsOf(value).flatMap((node) => checkVariables(node, { field: key.text, inputs, lines: check.lines }));
  });
  return [...findings, ...checkOnSave(check)];
}

function checkServers(value: YamlNode, known: KnownNames): Finding[] {
  return scalarsOf(value).flatMap((node) => {
    const terms = node.text.split(',').map((term) => term.trim());
    return terms.flatMap((term) => {
      if (term === '' || term.startsWith('!')) return [];
      const found = term.startsWith('@') || /[*?]/.test(term) ? checkMatch(term, known) : checkName(term, known);
      // In a row of names, what is meant stands for one of them.
      return found.map(({ meant, ...finding }) => ({
        ...finding,
        ...node.range,
        ...(meant === undefined || terms.length > 1 ? {} : { suggestion: plainScalar(meant) }),
      }));
    });
  });
}

type NameFinding = Pick<Finding, 'severity' | 'message' | 'missing'> & { readonly meant?: string | undefined };

/** A wildcard, a tag or a group that matches nothing. */
function checkMatch(term: string, { servers, groups }: KnownNames): NameFinding[] {
  try {
    selectServers([term], servers, groups);
    return [];
  } catch (error) {
    if (!(error instanceof CroniumError)) throw error;
    const names = term.startsWith('@') ? [...servers.flatMap(({ tags }) => tags), ...Object.keys(groups)] : [];
    const meant = findNearest(term.slice(1), names);
    return [{ severity: 'warning', message: error.message, meant: meant === undefined ? undefined : `@${meant}` }];
  }
}

function checkName(term: string, { servers }: KnownNames): NameFinding[] {
  if (!isServerName(term)) {
    return [
      { severity: 'error', message: `"${term}" is neither a name of a server nor an address such as deploy@web1:22` },
    ];
  }
  const names = [LOCAL.name, ...servers.map(({ name }) => name)];
  // An address says by itself where it leads.
  if (names.includes(term) || /[@.:]/.test(term)) return [];
  const meant = findNearest(term, names);
  const hint = meant === undefined ? 'it is taken for the address of a host' : `did you mean "${meant}"?`;
  const message = `No server is called "${term}": ${hint}`;
  return [{ severity: 'warning', message, meant, missing: { kind: 'server', name: term } }];
}

function checkVariables(node: ScalarNode, { field, inputs, lines }: VariableCheck): Finding[] {
  const raw = (lines[node.range.line - 1] ?? '').slice(0, node.range.endColumn - 1);
  let from = node.range.column - 1;
  return variablesIn(node.text).flatMap((use) => {
    const written = `\${${use.name}${use.isClosed ? '}' : ''}`;
    const at = raw.indexOf(written, from);
    if (at >= 0) from = at + written.length;
    const finding = variableFinding(use, { field, inputs });
    if (!finding) return [];
    const message = `Cannot resolve "${written}": ${finding.message}`;
    // In a text of several lines, only its first line has a place.
    if (at < 0) return [{ severity: finding.severity, ...node.range, message }];
    return [{ ...finding, line: node.range.line, column: at + 1, endColumn: from + 1, message }];
  });
}

interface VariableCheck {
  readonly field: string;
  /** Absent: there may be more than are seen. */
  readonly inputs: readonly string[] | undefined;
  readonly lines: readonly string[];
}

function variableFinding(
  use: VariableUse,
  { field, inputs }: Pick<VariableCheck, 'field' | 'inputs'>,
): Pick<Finding, 'severity' | 'message' | 'suggestion' | 'missing'> | undefined {
  const problem = variableProblem(use);
  if (problem) return { severity: 'error', ...problem };
  if (use.name === 'server.name' && field !== 'args' && field !== 'env') {
    return { severity: 'error', message: 'the name of a server is possible in "args" and "env" only' };
  }
  const { word, argument } = splitVariable(use.name);
  if (word !== 'input' || argument === undefined || !inputs || inputs.includes(argument)) return undefined;
  const meant = findNearest(argument, inputs);
  const hint = meant === undefined ? 'it is asked for by this name' : `did you mean "\${input:${meant}}"?`;
  return {
    severity: 'warning',
    message: `no input "${argument}" is declared; ${hint}`,
    ...(meant === undefined ? {} : { suggestion: `\${input:${meant}}` }),
    missing: { kind: 'input', name: argument },
  };
}

function checkOnSave({ map, inherited }: EventCheck): Finding[] {
  const onSave = map.entries.find(({ key }) => key.text === 'onSave');
  const servers = map.entries.find(({ key }) => key.text === 'servers');
  const hasServers = servers ? scalarsOf(servers.value).length > 0 : inherited?.servers.length !== 0;
  if (!onSave || hasServers || scalarsOf(onSave.value).every(({ value }) => value === false)) return [];
  const message = '"onSave" needs "servers": when a file is saved, nobody is asked where to run';
  return [{ severity: 'warning', ...onSave.key.range, message }];
}

/** The ids under `inputs`. */
function declaredInputs(map: MapNode): string[] {
  const inputs = map.entries.find(({ key }) => key.text === 'inputs')?.value;
  return inputs?.kind === 'map' ? inputs.entries.map(({ key }) => key.text) : [];
}

function scalarsOf(node: YamlNode): ScalarNode[] {
  if (node.kind === 'scalar') return node.value === null ? [] : [node];
  if (node.kind === 'list') return node.items.flatMap(scalarsOf);
  return node.entries.flatMap(({ value }) => scalarsOf(value));
}
