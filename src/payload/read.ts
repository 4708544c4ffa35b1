import { CroniumError } from '../domain/errors.ts';
import type { ScriptFile } from '../domain/event.ts';
import { FileError, type FileStat, type Files } from '../domain/files.ts';
import { hasShebang } from '../domain/interpreter.ts';
import { MAX_TOTAL_BYTES } from './size.ts';

/** Enough for every line that a kernel takes for a shebang. */
const START_BYTES = 4_096;

/** A regular file below a root. */
export interface FoundFile {
  /** Its path below the root without links. */
  readonly real: string;
  readonly stat: FileStat;
}

/** Content that was read, and sentences on what was changed in it. */
export interface Contents {
  readonly bytes: Uint8Array;
  readonly notes: readonly string[];
}

/** Throws when there is no folder whose files could be packed. */
export async function requireFolder(root: string, files: Files): Promise<void> {
  const found = await files.stat({ root, path: '.' }).catch((cause: unknown) => {
    if (cause instanceof FileError) return undefined;
    throw cause;
  });
  if (found?.kind === 'folder') return;
  throw new CroniumError('event/files', `Cannot pack files of "${root}": there is no such folder`);
}

/** Finds the regular file that a name below the root leads to; opening anything else could wait for ever. */
export async function findFile({ root, path }: ScriptFile, files: Files, real?: string): Promise<FoundFile> {
  try {
    const place = { root, path: real ?? (await files.resolve({ root, path })) };
    const stat = await files.stat(place);
    if (stat.kind === 'file') return { real: place.path, stat };
    throw new FileError(stat.kind === 'folder' ? 'folder' : 'notFile', place);
  } catch (cause) {
    throw cause instanceof FileError ? cannotPack({ root, path }, cause) : cause;
  }
}

/** Reads a file that was found; `path` is the name under which it is packed. */
export async function readFound({ root, path }: ScriptFile, files: Files, { real }: FoundFile): Promise<Contents> {
  try {
    const bytes = await files.read({ root, path: real }, { maxBytes: MAX_TOTAL_BYTES });
    return fitForKernel(asBuffer(bytes), path);
  } catch (cause) {
    throw cause instanceof FileError ? cannotPack({ root, path }, cause) : cause;
  }
}

/** Reads the script, or takes the text of the open editor. */
export async function readScript(script: ScriptFile, files: Files, text: string | undefined): Promise<Contents> {
  if (text !== undefined) return fitForKernel(Buffer.from(text), script.path);
  await requireFolder(script.root, files);
  return readFound(script, files, await findFile(script, files));
}

/** Says whether content is made to be executed: for file systems that do not tell. */
export function isProgram(bytes: Uint8Array): boolean {
  const start = asBuffer(bytes).toString('latin1', 0, 4);
  return hasShebang(start) || start === '\x7fELF';
}

function cannotPack({ root, path }: ScriptFile, cause: FileError): CroniumError {
  const message = `Cannot pack "${path}": ${describe({ root, path }, cause)}`;
  return new CroniumError(CODES[cause.problem] ?? 'event/files', message, { cause });
}

const CODES: { readonly [Problem in FileError['problem']]?: string } = {
  unreadable: 'payload/unreadable',
  tooLarge: 'payload/limit',
};

function describe({ root, path }: ScriptFile, { problem, found }: FileError): string {
  if (problem === 'folder') return 'it is a folder, or a link to one around it';
  if (problem !== 'missing') return found;
  return path.includes('\ufffd') ? 'its name is not valid UTF-8' : `${found} below "${root}"`;
}

/** A kernel takes a carriage return for a part of the interpreter's name, and sees no shebang behind a byte order mark. */
function fitForKernel(bytes: Buffer, name: string): Contents {
  const [start = ''] = bytes.subarray(0, START_BYTES).toString('latin1').split('\n', 1);
  if (!hasShebang(start.replace(/^\xef\xbb\xbf/, ''))) return { bytes, notes: [] };
  const notes: string[] = [];
  let plain = bytes;
  if (bytes[0] === 0xef) {
    plain = plain.subarray(3);
    notes.push(`Left the byte order mark of ${name} out: a shebang works only at the very beginning`);
  }
  if (start.endsWith('\r')) {
    // Latin-1 keeps every byte, whatever the script's encoding.
    plain = Buffer.from(plain.toString('latin1').replaceAll('\r\n', '\n'), 'latin1');
    notes.push(`Changed the line ends of ${name} from CRLF to LF: its shebang would not work`);
  }
  return { bytes: plain, notes };
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
