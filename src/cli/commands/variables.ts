import { ExitCode } from '../../app/exit-code.ts';
import { displayable, displayableLine } from '../../base/display.ts';
import { CroniumError, sentence } from '../../domain/errors.ts';
import type { Json } from '../../domain/event.ts';
import { shortId } from '../../domain/id.ts';
import type { SharedVariable, VariableAuthor, VariableChange } from '../../domain/shared-variable.ts';
import { jsonLine } from '../json-view.ts';
import type { Shell } from '../shell.ts';
import { findAt, findHere, parsePlace, scopeText } from '../variable-place.ts';

export interface VariableOptions {
  readonly scope?: string;
  readonly json?: boolean;
}

/** `cronium var list`: all variables, by name. */
export async function listVariables({ json, scope }: VariableOptions, shell: Shell): Promise<number> {
  const folder = process.cwd();
  const only = scope === undefined ? undefined : parsePlace('x', scope, folder);
  const all = shell.cronium().variables();
  const shown = only ? all.filter((variable) => variable.scope === only.scope && variable.owner === only.owner) : all;
  if (json) {
    for (const variable of shown) await shell.out.write(jsonLine(toJson(variable, folder)));
    return ExitCode.success;
  }
  if (shown.length === 0) await shell.err.write('No variables yet; set one with: cronium var set <name> <value>\n');
  const widest = Math.max(0, ...shown.map(({ name }) => name.length));
  for (const variable of shown) {
    const value = variable.type === 'secret' ? '(secret)' : displayableLine(valueText(variable.value));
    const where = shell.palette.faint(displayableLine(scopeText(variable, folder)));
    await shell.out.write(`${variable.name.padEnd(widest)}  ${value}  ${where}\n`);
  }
  return ExitCode.success;
}

/** `cronium var get`: a text as it is, anything else as JSON. */
export async function getVariable(name: string, options: VariableOptions, shell: Shell): Promise<number> {
  const found = await findOrSay(name, options, shell);
  if (!found) return ExitCode.failed;
  if (found.type === 'secret') {
    throw new CroniumError('variable/secret', `Cannot show the variable "${name}": it is secret`);
  }
  await shell.out.write(options.json ? jsonLine(found.value) : `${valueText(found.value)}\n`);
  return ExitCode.success;
}

/** `cronium var set`: a value is a text as it stands, unless `--json` says that it is JSON. */
export async function setVariable(
  name: string,
  value: string,
  options: VariableOptions & { readonly secret?: boolean },
  shell: Shell,
): Promise<number> {
  const folder = process.cwd();
  const cronium = shell.cronium();
  const place =
    options.scope === undefined
      ? (findHere(name, cronium.variables(), folder) ?? parsePlace(name, 'workspace', folder))
      : parsePlace(name, options.scope, folder);
  const parsed = options.json ? parseValue(name, value) : value;
  const { version, ...set } = await cronium.setVariable(place, parsed, options.secret ? { type: 'secret' } : {});
  await shell.err.write(`Set ${name} (${displayableLine(scopeText(set, folder))}, version ${version})\n`);
  return ExitCode.success;
}

/** `cronium var unset` */
export async function unsetVariable(name: string, options: VariableOptions, shell: Shell): Promise<number> {
  const found = await findOrSay(name, options, shell);
  if (!found) return ExitCode.failed;
  await shell.cronium().unsetVariable(found);
  await shell.err.write(`Unset ${name} (${displayableLine(scopeText(found, process.cwd()))})\n`);
  return ExitCode.success;
}

/** `cronium var history`: the last changes, newest first; also of one that is unset by now. */
export async function variableHistory(name: string, options: VariableOptions, shell: Shell): Promise<number> {
  const folder = process.cwd();
  const cronium = shell.cronium();
  const places =
    options.scope === undefined
      ? [
          findHere(name, cronium.variables(), folder) ?? [],
          parsePlace(name, 'workspace', folder),
          parsePlace(name, 'global', folder),
        ].flat()
      : [parsePlace(name, options.scope, folder)];
  const changes = places.map((place) => cronium.variableHistory(place)).find(({ length }) => length > 0);
  if (!changes) return await sayAbsent(name, options, shell);
  for (const change of changes) {
    if (options.json) await shell.out.write(jsonLine(changeToJson(change)));
    else await shell.out.write(`${changeText(change, shell)}\n`);
  }
  return ExitCode.success;
}

async function findOrSay(name: string, options: VariableOptions, shell: Shell): Promise<SharedVariable | undefined> {
  const folder = process.cwd();
  const all = shell.cronium().variables();
  const found =
    options.scope === undefined ? findHere(name, all, folder) : findAt(parsePlace(name, options.scope, folder), all);
  if (!found) await sayAbsent(name, options, shell);
  return found;
}

/** Names where else there is one, which is what most people want to hear. */
async function sayAbsent(name: string, { scope }: VariableOptions, shell: Shell): Promise<number> {
  const folder = process.cwd();
  const others = shell
    .cronium()
    .variables()
    .filter((variable) => variable.name === name);
  const where = others.map((variable) => scopeText(variable, folder)).join(', ');
  const here = scope === undefined ? 'in this folder or global' : `in the scope ${scope}`;
  const way = others.length === 0 ? '' : `; there is one in: ${where} (--scope)`;
  await shell.err.write(`cronium: ${displayable(`There is no variable "${name}" ${here}${way}`)}\n`);
  return ExitCode.failed;
}

function parseValue(name: string, text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (cause) {
    throw new CroniumError('usage', `Cannot set the variable "${name}": the value is not JSON: ${sentence(cause)}`, {
      cause,
    });
  }
}

function valueText(value: Json | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}

function changeText(
  { version, type, value, isUnset, changedAt, changedBy }: VariableChange,
  { palette }: Shell,
): string {
  const shown = isUnset ? '(unset)' : type === 'secret' ? '(secret)' : displayableLine(valueText(value));
  const when = new Date(changedAt).toISOString().replace('T', ' ').slice(0, 19);
  return `${version}  ${when}  ${shown}  ${palette.faint(displayableLine(describeAuthor(changedBy)))}`;
}

function describeAuthor(author: VariableAuthor): string {
  return author.kind === 'person' ? 'by a person' : `by run ${shortId(author.run)} on ${author.server}`;
}

function toJson({ owner, changedAt, ...variable }: SharedVariable, folder: string): object {
  return {
    ...variable,
    scope: scopeText({ scope: variable.scope, owner }, folder),
    changedAt: new Date(changedAt).toISOString(),
  };
}

function changeToJson({ changedAt, isUnset, ...change }: VariableChange): object {
  return { ...change, ...(isUnset ? { isUnset } : {}), changedAt: new Date(changedAt).toISOString() };
}
