import { open } from 'node:fs/promises';
import { CroniumError, sentence } from '../domain/errors.ts';
import type { ScriptFile } from '../domain/event.ts';
import { hasShebang } from '../domain/interpreter.ts';
import { openFolder, resolveFile } from './folder.ts';

/** A file is held in memory while it is packed, so that what is packed is one state of it. */
const MAX_FILE_BYTES = 134_217_728;

/** The content of a file at one moment. */
export interface Contents {
  readonly bytes: Uint8Array;
  readonly isExecutable: boolean;
}

/** Reads a file that is packed under `name`; `path` has no links. */
export async function readWhole(path: string, name: string): Promise<Contents> {
  try {
    await using file = await open(path);
    const { size, mode } = await file.stat();
    if (size > MAX_FILE_BYTES) {
      const numbers = [size, MAX_FILE_BYTES].map((each) => each.toLocaleString('en'));
      throw new CroniumError(
        'payload/limit',
        `Cannot pack "${name}" of ${numbers[0]} bytes: at most ${numbers[1]} are allowed`,
      );
    }
    return { bytes: await file.readFile(), isExecutable: (mode & 0o100) !== 0 };
  } catch (cause) {
    if (cause instanceof CroniumError) throw cause;
    throw new CroniumError('payload/unreadable', `Cannot read "${name}": ${sentence(cause)}`, { cause });
  }
}

/** Reads the script, or takes the text of the open editor. With a shebang its line ends are made fit for the kernel. */
export async function readScript(
  script: ScriptFile,
  text: string | undefined,
): Promise<{ readonly bytes: Uint8Array; readonly notes: readonly string[] }> {
  const bytes = text === undefined ? await readSaved(script) : Buffer.from(text);
  const [start = ''] = bytes.subarray(0, 4_096).toString('latin1').split('\n', 1);
  if (!hasShebang(start.replace(/^\xef\xbb\xbf/, ''))) return { bytes, notes: [] };
  return withPlainShebang(bytes, { name: script.path, hasReturn: start.endsWith('\r') });
}

async function readSaved(script: ScriptFile): Promise<Buffer> {
  const { path } = await resolveFile(await openFolder(script.root), script.path);
  const { bytes } = await readWhole(path, script.path);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A kernel takes a carriage return for a part of the interpreter's name, and sees no shebang behind a byte order mark. */
function withPlainShebang(
  bytes: Buffer,
  { name, hasReturn }: { readonly name: string; readonly hasReturn: boolean },
): { readonly bytes: Uint8Array; readonly notes: readonly string[] } {
  const notes: string[] = [];
  let plain = bytes;
  if (bytes[0] === 0xef) {
    plain = plain.subarray(3);
    notes.push(`Left the byte order mark of ${name} out: a shebang works only at the very beginning`);
  }
  if (hasReturn) {
    // Latin-1 keeps every byte, whatever the script's encoding.
    plain = Buffer.from(plain.toString('latin1').replaceAll('\r\n', '\n'), 'latin1');
    notes.push(`Changed the line ends of ${name} from CRLF to LF: its shebang would not work`);
  }
  return { bytes: plain, notes };
}
