import { mapAhead } from '../base/map-ahead.ts';
import type { ScriptFile } from '../domain/event.ts';
import { FileError, type Files } from '../domain/files.ts';
import { DECLARATION_FILE } from '../workspace/document.ts';
import { findScripts } from '../workspace/workspace.ts';
import { nodeFiles } from './node-files.ts';

/** A line of a folder's file that names a variable. */
export interface VariableUseLine {
  readonly file: ScriptFile;
  /** Both count from 1. */
  readonly line: number;
  readonly column: number;
  readonly text: string;
}

export interface UseOptions {
  readonly signal: AbortSignal;
  /** Absent: the files of this disk. */
  readonly files?: Files;
}

/** What is looked at of a script. */
const MAX_SCRIPT_BYTES = 1_048_576;

/** More than a person looks through. */
const MAX_USES = 500;

/** Keeps a disk busy and hides the way to another machine, and stays far below every limit of handles. */
const READ_AT_ONCE = 32;

/** The lines of a folder's scripts, and of its `cronium.yaml`, that name a variable; of scripts that speak of Cronium only. */
export async function findVariableUses(
  root: string,
  name: string,
  { signal, files = nodeFiles }: UseOptions,
): Promise<readonly VariableUseLine[]> {
  const { scripts } = await findScripts(root, { files, signal });
  const paths = [DECLARATION_FILE, ...scripts.map(({ file }) => file.path)];
  const read = async (path: string) => ({ root, path, text: await readText({ root, path }, files) });
  const uses: VariableUseLine[] = [];
  for await (const { text, ...file } of mapAhead(paths, read, { ahead: READ_AT_ONCE })) {
    signal.throwIfAborted();
    uses.push(...usesIn(text, name).map((use) => ({ file, ...use })));
    if (uses.length >= MAX_USES) break;
  }
  return uses.slice(0, MAX_USES);
}

/** The lines of a text that name a variable as a word of its own: `a` is not named by `a.b` nor by `a-b`. */
export function usesIn(text: string, name: string): readonly Omit<VariableUseLine, 'file'>[] {
  if (!/cronium/i.test(text)) return [];
  const word = new RegExp(`(?<![\\w.-])${name.replaceAll('.', '\\.')}(?![\\w-]|\\.\\w)`);
  return text.split(/\r\n|\r|\n/).flatMap((line, index) => {
    const at = word.exec(line)?.index;
    return at === undefined ? [] : [{ line: index + 1, column: at + 1, text: line.trim() }];
  });
}

async function readText(file: ScriptFile, files: Files): Promise<string> {
  try {
    return new TextDecoder().decode(await files.read(file, { maxBytes: MAX_SCRIPT_BYTES }));
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    // Gone meanwhile, too large for a script of a person, or not to be read: it names nothing.
    return '';
  }
}
