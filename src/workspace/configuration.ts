import type { Problem } from '../domain/event.ts';
import { isServerName } from '../domain/selection.ts';
import { LOCAL, type Server } from '../domain/server.ts';
import {
  bool,
  decodeFields,
  type Field,
  type Fields,
  mapOf,
  refuse,
  type Synonyms,
  text,
  textOrList,
} from './decode.ts';
import { JsonNodes } from './json-node.ts';
import { collectProblems, type Report, Source, splitLines } from './source.ts';
import { type MapEntry, parseYaml } from './yaml.ts';

/** What the user's configuration file says. */
export interface Configuration {
  /** As written; relative to the file, or `~/…`. */
  readonly dataDir?: string;
  readonly servers: readonly Server[];
  /** Lists of selectors by the name of their group. */
  readonly groups: Readonly<Record<string, readonly string[]>>;
}

/** Reads the user's configuration file. What cannot be used is left out and named in the problems. */
export function readConfiguration(
  file: string,
  content: string,
): { readonly configuration: Configuration; readonly problems: readonly Problem[] } {
  const { problems, report } = collectProblems(file);
  const lines = splitLines(content).map((line, index) => ({ text: line, number: index + 1, shift: 0 }));
  const root = parseYaml(new Source(lines), report);
  if (root && root.kind !== 'map' && (root.kind === 'list' || root.value !== null)) {
    refuse(root, { label: 'The configuration', report, expected: `a map of ${Object.keys(FIELDS).join(', ')}` });
  }
  const fields = root?.kind === 'map' ? decodeFields(root, FIELDS, { report }) : {};
  const { dataDir, servers = {}, groups = {} } = fields;
  const configuration = { ...(dataDir === undefined ? {} : { dataDir }), servers: Object.values(servers), groups };
  return { configuration, problems };
}

/** What is wrong in a setting; the message begins with its path: `cronium.servers → web1 → host`. */
export interface SettingProblem {
  readonly message: string;
  readonly suggestion?: string;
}

/** Reads servers and groups of the editor's settings, which have the same shape as in the file; undefined is a setting not set. */
export function readSettingsServers(
  servers: unknown,
  groups: unknown,
): Pick<Configuration, 'servers' | 'groups'> & { readonly problems: readonly SettingProblem[] } {
  const nodes = new JsonNodes();
  const problems: SettingProblem[] = [];
  const report: Report = (range, message, suggestion) => {
    const path = nodes.pathOf(range).join(' → ');
    problems.push({ message: `${path}: ${message}`, ...(suggestion === undefined ? {} : { suggestion }) });
  };
  const read = <T>(
    field: Field<Readonly<Record<string, T>>>,
    value: unknown,
    name: string,
  ): Readonly<Record<string, T>> =>
    (value === undefined ? undefined : field(nodes.node(value, [name]), 'The setting', report)) ?? {};
  return {
    servers: Object.values(read(FIELDS.servers, servers, 'cronium.servers')),
    groups: read(FIELDS.groups, groups, 'cronium.groups'),
    problems,
  };
}

interface ConfigurationFields {
  readonly dataDir: string;
  readonly servers: Readonly<Record<string, Server>>;
  readonly groups: Readonly<Record<string, readonly string[]>>;
}

const address: Field<string> = (node, label, report) => {
  if (node.kind === 'scalar' && isServerName(node.text)) return node.text;
  return refuse(node, { label, report, expected: 'an SSH alias or an address such as deploy@web1.example.com:22' });
};

const tag: Field<string> = (node, label, report) => {
  if (node.kind === 'scalar' && isServerName(node.text)) return node.text;
  return refuse(node, { label, report, expected: 'a word without blanks, quotes and wildcards' });
};

interface ServerFields {
  readonly host: string;
  readonly tags: readonly string[];
  readonly protected: boolean;
}

const SERVER_FIELDS: Fields<ServerFields> = {
  host: address,
  tags: textOrList('a tag or a list of tags', tag),
  protected: bool,
};

const SERVER_SYNONYMS: Synonyms<ServerFields> = { address: 'host', hostname: 'host', isProtected: 'protected' };

const FIELDS: Fields<ConfigurationFields> = {
  dataDir: text,
  servers: mapOf('a map of names to servers', server),
  groups: mapOf('a map of names to lists of selectors', ({ key, value }, report) => {
    const name = tag(key, 'The name of a group', report);
    if (name === undefined) return undefined;
    return textOrList('a selector or a list of them')(value, `"${name}"`, report);
  }),
};

function server({ key, value }: MapEntry, report: Report): Server | undefined {
  const name = tag(key, 'The name of a server', report);
  if (name === undefined) return undefined;
  if (name === LOCAL.name) {
    report(key.range, `"${name}" is this machine and needs no entry: choose another name`);
    return undefined;
  }
  if (value.kind === 'map') {
    const fields = decodeFields(value, SERVER_FIELDS, { report, synonyms: SERVER_SYNONYMS });
    const { host = name, tags = [] } = fields;
    return { name, kind: 'ssh', address: host, tags, ...(fields.protected ? { isProtected: true } : {}) };
  }
  const host = value.kind === 'scalar' && value.value === null ? name : address(value, `"${name}"`, report);
  return host === undefined ? undefined : { name, kind: 'ssh', address: host, tags: [] };
}
