import { createHash } from 'node:crypto';
import { mapAhead } from '../base/map-ahead.ts';
import type { ScriptEvent } from '../domain/event.ts';
import type { Files } from '../domain/files.ts';
import type { Payload } from '../domain/payload.ts';
import { Archive } from './archive.ts';
import { openDraft } from './cache.ts';
import { type ExtraFile, findFiles } from './files.ts';
import { buildManifest, encodeManifest } from './manifest.ts';
import { compareBytes } from './order.ts';
import { type Contents, isProgram, readFound, readScript } from './read.ts';
import { leftOutNotes, type TokenPlace, tokenNotes } from './secret-notes.ts';
import { findToken, hasSecretContent } from './secrets.ts';
import { noteSize } from './size.ts';

/** Files that are read at once; all together they are never more than a payload may hold. */
const READ_AT_ONCE = 16;

/** How a payload is built. */
export interface BuildOptions {
  readonly files: Files;
  /** The script's text in the open editor; without it, the file as saved. */
  readonly text?: string | undefined;
  /** Where archives are kept, named by their hash; it is made when it is not there. */
  readonly cacheDir: string;
  readonly signal: AbortSignal;
}

/**
 * Packs an event: its manifest, its script and the files it names, into an archive that depends on nothing but their names,
 * contents and permissions. Throws `CroniumError` when something that the event names cannot be packed.
 */
export async function buildPayload(event: ScriptEvent, options: BuildOptions): Promise<Payload> {
  const { files, signal } = options;
  const { script } = event;
  signal.throwIfAborted();
  const contents = await readScript(script, files, options.text);
  const extra = await findFiles(event.files, script.root, { files, signal });
  // The script as read, in the place of the one that a pattern may have matched.
  const others = extra.files.filter(({ name }) => name !== script.path);
  const parts = [scriptPart(script.path, contents), ...others.map((file) => extraPart(script.root, file, files))];
  const sizeNotes = noteSize(parts, script.root);

  await using draft = await openDraft(options.cacheDir);
  const archive = new Archive(draft.write, { signal });
  await archive.add({ name: 'manifest.yaml', bytes: encodeManifest(buildManifest(event)), isExecutable: false });
  const notes: string[] = [];
  const secrets = [...extra.secrets];
  const tokens: TokenPlace[] = [];
  const read = async (part: Part) => ({ part, ...(await part.read()) });
  const inOrder = parts.sort((one, other) => compareBytes(one.name, other.name));
  for await (const { part, bytes, notes: changes } of mapAhead(inOrder, read, { ahead: READ_AT_ONCE })) {
    const { name, origin, isExecutable = isProgram(bytes) } = part;
    if (origin === 'matched' && hasSecretContent(bytes)) {
      secrets.push(name);
      continue;
    }
    const token = origin === 'named' ? undefined : findToken(bytes);
    if (token) tokens.push({ name, ...token });
    notes.push(...changes);
    await archive.add({ name: `files/${name}`, bytes, isExecutable });
  }
  const { sha256, size } = await archive.finish();
  return {
    sha256,
    size,
    file: await draft.keep({ sha256, size }),
    scriptSha256: createHash('sha256').update(contents.bytes).digest('hex'),
    notes: [...notes, ...extra.notes, ...leftOutNotes(secrets), ...sizeNotes, ...tokenNotes(tokens)],
  };
}

/** A file of the archive before it is read. */
interface Part {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** A file that is named in so many words is taken as it is. */
  readonly origin: 'script' | 'named' | 'matched';
  /** Absent: its content decides. */
  readonly isExecutable?: boolean | undefined;
  read(): Promise<Contents>;
}

function scriptPart(name: string, contents: Contents): Part {
  return { name, size: contents.bytes.length, origin: 'script', isExecutable: true, read: async () => contents };
}

function extraPart(root: string, file: ExtraFile, files: Files): Part {
  const { name, stat, isLiteral } = file;
  return {
    name,
    size: stat.size,
    origin: isLiteral ? 'named' : 'matched',
    isExecutable: stat.isExecutable,
    read: () => readFound({ root, path: name }, files, file),
  };
}
