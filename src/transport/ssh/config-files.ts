import { glob, readFile, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';

/** Where the user's SSH configuration begins. */
export interface ConfigRoots {
  readonly homeDir: string;
  /** Read instead of the user's and the system's files, as `ssh -F` does. */
  readonly sshConfigFile?: string;
}

/** One file of the configuration, as far as we look into it ourselves. */
export interface ConfigFile {
  readonly path: string;
  readonly text: string;
}

// A cycle of Includes, or an Include of a large tree, must not keep us busy: ssh itself stops at a depth of 16.
const MAX_DEPTH = 16;
const MAX_FILES = 256;

// Who takes the laptop to another network soon gets the way that leads there, and a run on a hundred servers asks once for each.
const ANSWER_LIFETIME_MS = 30_000;

/** The user's configuration files with all their Includes, in reading order. Files that are missing are left out. */
export async function readUserConfig(roots: ConfigRoots): Promise<readonly ConfigFile[]> {
  const [own] = configRoots(roots);
  return own === undefined ? [] : readTree(own.file, own.base, roots.homeDir);
}

/** The files with which ssh begins, in its order, and where their relative Includes begin. */
export function configRoots(roots: ConfigRoots): readonly { readonly file: string; readonly base: string }[] {
  const own = { file: roots.sshConfigFile ?? join(roots.homeDir, '.ssh', 'config'), base: includeBase(roots) };
  return roots.sshConfigFile === undefined ? [own, { file: '/etc/ssh/ssh_config', base: '/etc/ssh' }] : [own];
}

/**
 * Changes whenever a file that `ssh -G` reads changes, appears or goes away; also with time, where it asks a program or the
 * network. `nowMs` is of any clock.
 */
export async function configStamp(roots: ConfigRoots, nowMs: number): Promise<string> {
  const trees = [readUserConfig(roots)];
  const folders = [join(roots.homeDir, '.ssh')];
  if (roots.sshConfigFile === undefined) {
    trees.push(readTree('/etc/ssh/ssh_config', '/etc/ssh', roots.homeDir));
    folders.push('/etc/ssh', '/etc/ssh/ssh_config.d');
  }
  const files = (await Promise.all(trees)).flat();
  const paths = [...files.map((file) => file.path), ...folders];
  // A folder's own time tells of files that appear in it.
  const stamps = await Promise.all(paths.map(async (path) => `${path}:${await modified(path)}`));
  const period = files.some(asksAround) ? [String(Math.floor(nowMs / ANSWER_LIFETIME_MS))] : [];
  return [...stamps, ...period].join('\n');
}

/** The host names without wildcards that `files` name, in order and once each. */
export function concreteHosts(files: readonly ConfigFile[]): readonly string[] {
  const hosts = new Set<string>();
  for (const file of files) {
    for (const line of file.text.split(/\r?\n/)) {
      const directive = parseDirective(line);
      if (directive?.keyword !== 'host') continue;
      for (const pattern of directive.values) if (/^[^!*?-][^*?]*$/.test(pattern)) hosts.add(pattern);
    }
  }
  return [...hosts];
}

/** A line of ssh_config as its keyword in lower case and its words; `undefined` for comments and empty lines. */
export function parseDirective(line: string): { keyword: string; values: readonly string[] } | undefined {
  const match = /^\s*([A-Za-z]\w*)(?:\s*=\s*|\s+)(.*)$/.exec(line);
  if (!match) return undefined;
  const values: string[] = [];
  for (const word of (match[2] ?? '').matchAll(/"((?:[^"\\]|\\.)*)"?|#.*|(\S+)/g)) {
    if (word[0].startsWith('#')) break;
    values.push(word[1] ?? word[2] ?? '');
  }
  return { keyword: (match[1] ?? '').toLowerCase(), values };
}

/** Says whether what a file configures can change while the file does not. */
function asksAround(file: ConfigFile): boolean {
  return file.text.split(/\r?\n/).some((line) => {
    const { keyword, values } = parseDirective(line) ?? { keyword: '', values: [] };
    if (keyword === 'match') return values.some((value) => /^!?(exec|localnetwork)(=|$)/i.test(value));
    return keyword === 'canonicalizehostname' && values[0]?.toLowerCase() !== 'no';
  });
}

async function readTree(root: string, base: string, homeDir: string): Promise<readonly ConfigFile[]> {
  const files: ConfigFile[] = [];
  const seen = new Set<string>();
  const read = async (path: string, depth: number): Promise<void> => {
    if (depth > MAX_DEPTH || files.length >= MAX_FILES || seen.has(path)) return;
    seen.add(path);
    let text: string;
    try {
      text = await readFile(path, 'utf8');
    } catch {
      // ssh itself skips an Include that is missing, and says what is wrong with a file that it cannot read.
      return;
    }
    files.push({ path, text });
    for (const line of text.split(/\r?\n/)) {
      const directive = parseDirective(line);
      if (directive?.keyword !== 'include') continue;
      for (const value of directive.values) {
        for (const included of await expandInclude(value, base, homeDir)) await read(included, depth + 1);
      }
    }
  };
  await read(root, 0);
  return files;
}

/** The files that a word of an `Include` names, in order. */
export async function expandInclude(value: string, base: string, homeDir: string): Promise<readonly string[]> {
  const complete = value.replace(/^~(?=\/|$)/, () => homeDir);
  const pattern = isAbsolute(complete) ? complete : join(base, complete);
  if (!/[*?[]/.test(pattern)) return [pattern];
  const paths: string[] = [];
  for await (const path of glob(pattern)) {
    paths.push(path);
    if (paths.length >= MAX_FILES) break;
  }
  return paths.sort();
}

function includeBase(roots: ConfigRoots): string {
  // ssh reads relative Includes of any user file, also one of -F, from ~/.ssh.
  return roots.sshConfigFile === '/etc/ssh/ssh_config' ? dirname(roots.sshConfigFile) : join(roots.homeDir, '.ssh');
}

async function modified(path: string): Promise<string> {
  try {
    const { mtimeMs, size } = await stat(path);
    return `${mtimeMs} ${size}`;
  } catch {
    return 'missing';
  }
}
