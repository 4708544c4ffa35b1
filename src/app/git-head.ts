import { readFile, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve } from 'node:path';

/** Files of a repository that name a commit are a line; more is none. */
const MAX_LINE = 4_096;

/**
 * What the files of the repository around `folder` say of its HEAD, as one text: while it is the same, HEAD is the same commit.
 * `none` where there is no repository; undefined where only git itself can tell. Asks no program.
 */
export async function headMark(folder: string): Promise<string | 'none' | undefined> {
  const found = await findRepository(folder);
  if (found === 'none' || found === undefined) return found;
  const head = await line(join(found, 'HEAD'));
  if (head === undefined) return undefined;
  const reference = /^ref: (refs\/[^\0]+)$/.exec(head)?.[1];
  if (reference === undefined) return [found, head].join('\n');
  const common = resolve(found, (await line(join(found, 'commondir'))) ?? '.');
  const [own, packed, tables] = await Promise.all([
    line(join(common, reference)),
    age(join(common, 'packed-refs')),
    line(join(common, 'reftable', 'tables.list')),
  ]);
  // One name that stands for another.
  if (own?.startsWith('ref:')) return undefined;
  return [found, head, own, packed, tables].join('\n');
}

/** The repository's own folder, for the nearest folder above that has one. */
async function findRepository(folder: string): Promise<string | 'none' | undefined> {
  const candidates = await Promise.all(
    parents(folder).map(async (each) => ({
      each,
      git: await kind(join(each, '.git')),
      head: await kind(join(each, 'HEAD')),
    })),
  );
  const nearest = candidates.find(({ git, head }) => git !== undefined || head !== undefined);
  if (!nearest) return 'none';
  const dotGit = join(nearest.each, '.git');
  if (nearest.git === 'folder') return dotGit;
  if (nearest.git === undefined) return undefined; // Maybe a bare one.
  const to = /^gitdir: (.+)$/.exec((await line(dotGit)) ?? '')?.[1];
  if (to === undefined) return undefined;
  return isAbsolute(to) ? to : resolve(nearest.each, to);
}

function parents(folder: string): string[] {
  const above = dirname(folder);
  return above === folder ? [folder] : [folder, ...parents(above)];
}

async function kind(path: string): Promise<'folder' | 'file' | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found && (found.isDirectory() ? 'folder' : 'file');
}

async function line(file: string): Promise<string | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  return text === undefined || text.length > MAX_LINE ? undefined : text.trimEnd();
}

/** A file that is replaced has another one. */
async function age(file: string): Promise<string | undefined> {
  const found = await stat(file, { bigint: true }).catch(() => undefined);
  return found && `${found.ino} ${found.size} ${found.mtimeNs}`;
}
