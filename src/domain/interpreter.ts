import { CroniumError } from './errors.ts';
import type { Interpreter } from './event.ts';

/** What is known of a script when its interpreter is decided. */
export interface ScriptSource {
  readonly path: string;
  /** Its text, or at least the beginning. */
  readonly text: string;
  /** What the script's header says. */
  readonly explicit?: Interpreter | undefined;
  /** The editor's name for its language, such as `shellscript`. */
  readonly languageId?: string | undefined;
}

/** One row: the commands to look for, the arguments before the script, the extensions, the editor's language ids. */
type Row = readonly [
  commands: readonly string[],
  args: readonly string[],
  extensions: readonly string[],
  ids: readonly string[],
];

const TABLE: readonly Row[] = [
  [['sh'], [], ['sh'], []],
  [['bash'], [], ['bash'], ['shellscript']],
  [['zsh'], [], ['zsh'], ['zsh']],
  [['ksh'], [], ['ksh'], []],
  [['fish'], [], ['fish'], ['fish']],
  [['python3', 'python'], [], ['py'], ['python']],
  [['node'], [], ['js', 'mjs', 'cjs'], ['javascript']],
  [['ruby'], [], ['rb'], ['ruby']],
  [['perl'], [], ['pl'], ['perl']],
  [['php'], [], ['php'], ['php']],
  [['pwsh'], ['-File'], ['ps1'], ['powershell']],
  [['lua'], [], ['lua'], ['lua']],
  [['Rscript'], [], ['r'], ['r']],
  [['awk'], ['-f'], ['awk'], ['awk']],
  [['tclsh'], [], ['tcl'], ['tcl']],
  [['expect'], [], ['exp'], []],
  [['julia'], [], ['jl'], ['julia']],
  [['elixir'], [], ['exs'], ['elixir']],
  [['groovy'], [], ['groovy'], ['groovy']],
];

/**
 * Decides how a script is started: what its header says, else the file itself when it begins with a shebang (or is a Linux
 * program), else by its extension, else by the editor's language. Undefined means that the file is executed itself.
 */
export function interpreterFor(script: ScriptSource): Interpreter | undefined {
  if (script.explicit) return script.explicit;
  if (hasShebang(script.text) || script.text.startsWith('\x7fELF')) return undefined;
  // The extension comes first: the editor calls every shell "shellscript".
  const row =
    TABLE.find(([, , extensions]) => extensions.includes(extensionOf(script.path))) ??
    TABLE.find(([, , , ids]) => script.languageId !== undefined && ids.includes(script.languageId));
  if (row) return { commands: row[0], args: row[1] };
  throw new CroniumError(
    'event/interpreter',
    `Cannot tell what runs "${script.path}": it has neither a shebang nor a known extension; begin it with a line such as "#!/usr/bin/env bash", or say "interpreter: bash" in its header`,
  );
}

/** The commands that are known to run scripts, the usual ones first. */
export const KNOWN_COMMANDS: readonly string[] = TABLE.flatMap(([commands]) => commands.slice(0, 1));

/** The interpreter that a person names: a known command with its arguments, else the words as a command with its own. */
export function namedInterpreter(words: string): Interpreter | undefined {
  const [command, ...args] = words.split(/\s+/).filter((word) => word !== '');
  if (command === undefined) return undefined;
  const row = TABLE.find(([commands]) => commands[0] === command);
  return row && args.length === 0 ? { commands: row[0], args: row[1] } : { commands: [command], args };
}

/** Says whether files with this name's extension can be run without a shebang. */
export function hasKnownExtension(path: string): boolean {
  return TABLE.some(([, , extensions]) => extensions.includes(extensionOf(path)));
}

/** Says whether the text begins with `#!`; an editor's byte order mark in front of it does not count. */
export function hasShebang(text: string): boolean {
  return /^\ufeff?#!/.test(text);
}

function extensionOf(path: string): string {
  return /[^/\\]\.([^./\\]+)$/.exec(path)?.[1]?.toLowerCase() ?? '';
}
