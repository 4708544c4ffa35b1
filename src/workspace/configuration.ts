import type { Problem } from '../domain/event.ts';
import { isServerName } from '../domain/selection.ts';
import { LOCAL, type Server } from '../domain/server.ts';
import { decodeFields, type Field, type Fields, mapOf, refuse, text, textOrList } from './decode.ts';
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

const SERVER_FIELDS: Fields<{ readonly host: string; readonly tags: readonly string[] }> = {
  host: address,
  tags: textOrList('a tag or a list of tags', tag),
};

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
    const { host = name, tags = [] } = decodeFields(value, SERVER_FIELDS, { report, synonyms: { address: 'host' } });
    return { name, kind: 'ssh', address: host, tags };
  }
  const host = value.kind === 'scalar' && value.value === null ? name : address(value, `"${name}"`, report);
  return host === undefined ? undefined : { name, kind: 'ssh', address: host, tags: [] };
}
