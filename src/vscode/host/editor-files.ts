import type { FileStat as EditorStat, FileSystem, Uri } from 'vscode';
import type { ScriptFile } from '../../domain/event.ts';
import {
  FileError,
  type FileStat,
  type Files,
  type FolderEntry,
  fileErrors,
  isAddress,
  type SearchOptions,
  tooLarge,
} from '../../domain/files.ts';

/** Bits of the editor's `FileType`, as numbers so that this can be tested without an editor. */
const FILE = 1;
const FOLDER = 2;
const LINK = 64;

/** A file is read whole for its beginning where nothing smaller can be, unless it is so many times longer. */
const MAX_WASTE = 128;

/** The editor as files need it. */
export interface EditorFiles {
  readonly fs: Pick<FileSystem, 'stat' | 'readDirectory' | 'readFile'>;
  uriOf(file: ScriptFile): Uri;
  /** The file as an editor with changes would save it, when those count. */
  changedBytes(uri: Uri): Promise<Uint8Array> | undefined;
  /** Paths below a root; none where there is no search. */
  search(root: string, options: SearchOptions): Promise<readonly string[]>;
  /**
   * The folders of this machine. The editor would ask its window before each file, and tells neither permissions nor where
   * links lead.
   */
  readonly disk: Files;
}

/**
 * The files of the workspace with what open editors have changed. Folders on other machines and virtual ones are read through
 * the editor.
 */
export function createEditorFiles(editor: EditorFiles): Files {
  const remote = remoteFiles(editor);
  const filesOf = ({ root }: Pick<ScriptFile, 'root'>): Files => (isAddress(root) ? remote : editor.disk);
  return {
    stat: (file) => filesOf(file).stat(file),
    list: (folder) => filesOf(folder).list(folder),
    resolve: (file) => filesOf(file).resolve(file),
    search: async (root, options) => await filesOf({ root }).search?.(root, options),
    read: async (file, options) => {
      const changed = await editor.changedBytes(editor.uriOf(file));
      if (!changed) return await filesOf(file).read(file, options);
      const { maxBytes } = options;
      if (changed.length > maxBytes) throw tooLarge(file, { size: changed.length, maxBytes });
      return changed;
    },
    readStart: async (file, options) => {
      const changed = await editor.changedBytes(editor.uriOf(file));
      return changed?.subarray(0, options.maxBytes) ?? (await filesOf(file).readStart(file, options));
    },
  };
}

function remoteFiles(editor: EditorFiles): Files {
  return {
    stat: (file) => statRemote(file, editor),
    list: (folder) =>
      attempt(folder, async () => {
        const entries = await editor.fs.readDirectory(editor.uriOf(folder));
        return entries.map(([name, type]) => ({ name, kind: entryKind(type) }));
      }),
    read: (file, options) => readRemote(file, options, editor),
    readStart: async (file, { maxBytes }) =>
      (await readRemote(file, { maxBytes: maxBytes * MAX_WASTE }, editor)).subarray(0, maxBytes),
    resolve: (file) => resolveRemote(file, editor),
    search: async (root, options) => {
      const found = await editor.search(root, options);
      options.signal.throwIfAborted();
      // An empty folder is walked in no time, and what cannot be searched has to be.
      return found.length > 0 ? found : undefined;
    },
  };
}

async function readRemote(
  file: ScriptFile,
  { maxBytes }: { readonly maxBytes: number },
  editor: EditorFiles,
): Promise<Uint8Array> {
  // Asked before it is read: a pipe would be waited for, and the editor reads a file of any size.
  const { kind, size } = await statRemote(file, editor);
  if (kind !== 'file') throw new FileError(kind === 'folder' ? 'folder' : 'notFile', file);
  if (size > maxBytes) throw tooLarge(file, { size, maxBytes });
  const bytes = await attempt(file, async () => editor.fs.readFile(editor.uriOf(file)));
  if (bytes.length > maxBytes) throw tooLarge(file, { size: bytes.length, maxBytes });
  return bytes;
}

async function statRemote(file: ScriptFile, editor: EditorFiles): Promise<FileStat> {
  const { type, size } = await statAny(file, editor);
  if (type & FILE) return { kind: 'file', size };
  if (type & FOLDER) return { kind: 'folder', size };
  // A link that leads nowhere is told as a link of no kind.
  if (type & LINK) throw new FileError('missing', file);
  return { kind: 'other', size };
}

function statAny(file: ScriptFile, { fs, uriOf }: EditorFiles): Promise<EditorStat> {
  return attempt(file, async () => fs.stat(uriOf(file)));
}

/** The path itself when there is no link in it: where one leads, the editor does not tell. */
async function resolveRemote({ root, path }: ScriptFile, editor: EditorFiles): Promise<string> {
  const names = path.split('/').filter((name) => name !== '' && name !== '.');
  const places = names.map((_, index) => names.slice(0, index + 1).join('/'));
  const stats = await Promise.all(
    (places.length === 0 ? ['.'] : places).map((place) => statAny({ root, path: place }, editor)),
  );
  if (places.length > 0 && stats.some(({ type }) => type & LINK)) throw new FileError('link', { root, path });
  return places.at(-1) ?? '.';
}

function entryKind(type: number): FolderEntry['kind'] {
  if (type & LINK) return 'link';
  if (type & FILE) return 'file';
  return type & FOLDER ? 'folder' : 'other';
}

/** The editor's `FileSystemError` codes. */
const attempt = fileErrors({
  FileNotFound: 'missing',
  FileIsADirectory: 'folder',
  FileNotADirectory: 'missing',
});
