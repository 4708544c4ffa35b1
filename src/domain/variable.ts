import { findNearest } from '../base/nearest.ts';

/** A variable that people can write in an event: how, and what it stands for. */
export interface VariableWord {
  /** `file`, or with its argument `env:NAME`. */
  readonly name: string;
  /** Markdown, without a full stop. */
  readonly meaning: string;
}

/** The variables, the most used first. */
export const VARIABLE_WORDS: readonly VariableWord[] = [
  { name: 'input:ID', meaning: 'The answer to the input of this id, which is asked for before the run' },
  { name: 'env:NAME', meaning: 'A variable of the environment of the editor or the terminal' },
  { name: 'server.name', meaning: 'The name of the server on which the script runs; in `args` and `env` only' },
  { name: 'workspaceFolder', meaning: 'The path of the folder that the script belongs to' },
  { name: 'workspaceFolder:NAME', meaning: "The path of the workspace's folder of this name" },
  { name: 'workspaceFolderBasename', meaning: 'The name of the folder that the script belongs to' },
  { name: 'file', meaning: 'The path of the script on this machine' },
  { name: 'fileBasename', meaning: "The script's file name" },
  { name: 'fileBasenameNoExtension', meaning: "The script's file name without its extension" },
  { name: 'fileExtname', meaning: "The extension of the script's file name, with its dot" },
  { name: 'fileDirname', meaning: 'The path of the folder in which the script stands' },
  { name: 'relativeFile', meaning: "The script's path below its folder" },
  { name: 'relativeFileDirname', meaning: "The path below its folder of the script's own folder" },
  { name: 'config:KEY', meaning: 'The value of a setting of the editor' },
  { name: 'userHome', meaning: 'Your home folder on this machine' },
];

/** Words of other tools, and of people. */
const SYNONYMS: ReadonlyMap<string, string> = new Map([
  ['cwd', 'workspaceFolder'],
  ['home', 'userHome'],
  ['host', 'server.name'],
  ['hostname', 'server.name'],
  ['server', 'server.name'],
  ['workspaceRoot', 'workspaceFolder'],
]);

/** A variable as it stands in a text. */
export interface VariableUse {
  /** What is between the braces. */
  readonly name: string;
  readonly index: number;
  readonly length: number;
  readonly isClosed: boolean;
}

/** `$${` is the text `${`. */
const PATTERN = /\$\$\{|\$\{([^}]*)(\}?)/g;

/** Writes a text with every variable replaced by what `replacement` says, and every `$${` as `${`. */
export function replaceVariables(text: string, replacement: (use: VariableUse) => string): string {
  return text.replace(PATTERN, (all: string, name: string | undefined, end: string | undefined, index: number) =>
    name === undefined ? '${' : replacement({ name, index, length: all.length, isClosed: end === '}' }),
  );
}

/** The variables of a text, in their order. */
export function variablesIn(text: string): readonly VariableUse[] {
  const uses: VariableUse[] = [];
  replaceVariables(text, (use) => {
    uses.push(use);
    return '';
  });
  return uses;
}

/** Cuts `env:HOME` into its word and its argument. */
export function splitVariable(name: string): { readonly word: string; readonly argument?: string } {
  const at = name.indexOf(':');
  return at < 0 ? { word: name } : { word: name.slice(0, at), argument: name.slice(at + 1) };
}

/** What is wrong with a variable, as the end of a sentence, and what was meant. */
export interface VariableProblem {
  readonly message: string;
  readonly suggestion?: string;
}

/** Why a variable can have no value, whatever the run; undefined for one that can have one. */
export function variableProblem(use: Pick<VariableUse, 'name' | 'isClosed'>): VariableProblem | undefined {
  if (!use.isClosed) return { message: 'its "}" is missing; "${" itself is written "$${"' };
  const { word, argument } = splitVariable(use.name);
  const forms = formsOf(word);
  const fits = forms.some((form) => (form.argument === undefined ? argument === undefined : Boolean(argument)));
  if (fits) return undefined;
  const needed = forms[0]?.argument;
  if (needed !== undefined) return { message: `say which one, as in "\${${word}:${needed}}"` };
  const suggestion = meantFor(use.name);
  const plain = `the text itself is written "$\${${use.name}}"`;
  const hint = suggestion === undefined ? plain : `did you mean "${suggestion}"? If not, ${plain}`;
  const message = `there is no such variable; ${hint}`;
  return { message, ...(suggestion === undefined ? {} : { suggestion }) };
}

function meantFor(name: string): string | undefined {
  // As a shell's variables are written, also `HOME:-x`.
  const shell = /^([A-Z_][A-Z0-9_]*)([^A-Za-z0-9_]|$)/.exec(name)?.[1];
  if (shell !== undefined) return `\${env:${shell}}`;
  const { word, argument } = splitVariable(name);
  const words = new Set(VARIABLE_WORDS.map((each) => splitVariable(each.name).word));
  const nearest = SYNONYMS.get(word) ?? findNearest(word, [...words]);
  if (nearest === undefined) return undefined;
  const forms = formsOf(nearest);
  const taken = forms.find((form) => form.argument !== undefined)?.argument;
  const isNeeded = forms.every((form) => form.argument !== undefined);
  const behind = argument && taken !== undefined ? argument : isNeeded ? taken : undefined;
  return behind === undefined ? `\${${nearest}}` : `\${${nearest}:${behind}}`;
}

function formsOf(word: string): ReturnType<typeof splitVariable>[] {
  return VARIABLE_WORDS.map((each) => splitVariable(each.name)).filter((form) => form.word === word);
}
