import { createHash } from 'node:crypto';
import type { ScriptEvent } from '../domain/event.ts';
import type { Payload } from '../domain/payload.ts';
import { Archive } from './archive.ts';
import { openDraft } from './cache.ts';
import { findFiles, leftOut } from './files.ts';
import { buildManifest, encodeManifest } from './manifest.ts';
import { compareBytes } from './order.ts';
import { readScript, readWhole } from './read.ts';
import { hasSecretContent } from './secrets.ts';

/** How a payload is built. */
export interface BuildOptions {
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
  const { signal } = options;
  signal.throwIfAborted();
  const script = await readScript(event.script, options.text);
  const extra = await findFiles(event.files, event.script.root, { signal });
  const notes = [...script.notes, ...extra.notes];

  await using draft = await openDraft(options.cacheDir);
  const archive = new Archive(draft.write, { signal });
  const manifest = encodeManifest(buildManifest(event));
  await archive.add({ name: 'manifest.yaml', bytes: manifest, isExecutable: false });
  // The script as read, in the place of the one that a pattern may have matched.
  const others = extra.files.filter((file) => file.name !== event.script.path);
  const parts = [{ name: event.script.path, bytes: script.bytes, isExecutable: true }, ...others];
  for (const part of parts.sort((one, other) => compareBytes(one.name, other.name))) {
    const contents = 'bytes' in part ? part : await readWhole(part.path, part.name);
    if ('path' in part && !part.isLiteral && hasSecretContent(contents.bytes)) notes.push(leftOut(part.name));
    else await archive.add({ ...contents, name: `files/${part.name}` });
  }
  const { sha256, size } = await archive.finish();
  const file = await draft.keep({ sha256, size });
  const scriptSha256 = createHash('sha256').update(script.bytes).digest('hex');
  return { sha256, size, file, scriptSha256, notes };
}
