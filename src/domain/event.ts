/** What may happen to the script when nobody is connected any more. */
export type OnDisconnect =
  | { readonly kind: 'continue' }
  /** Stop the script when nobody was attached for `afterMs` milliseconds. */
  | { readonly kind: 'stop'; readonly afterMs: number };

/** A JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Why a script file is what it is: where it stands and how it is started. */
export interface ScriptFile {
  /** The absolute path of the workspace folder, or of the script's own folder when it is in no workspace. */
  readonly root: string;
  /** The path below `root`, with forward slashes. */
  readonly path: string;
}

/** When saving a file runs the event by itself. */
export interface OnSave {
  /** Globs below `script.root`; the script itself always counts. */
  readonly globs: readonly string[];
}

/** What happens when an event is to run on a server where a run of it has not ended. */
export type Overlap = 'queue' | 'skip' | 'cancelRunning' | 'parallel';

/** A value that is asked for before a run: `${input:id}` in arguments, environment, working directory and input. */
export interface InputPrompt {
  readonly id: string;
  readonly description?: string;
  readonly default?: string;
  /** The only values that are possible; absent: any text. */
  readonly options?: readonly string[];
}

/** An event: a script of the workspace with what is needed to run it. */
export interface ScriptEvent {
  /** Stable over edits: the script's path below its folder, or `cronium.yaml#key`. */
  readonly id: string;
  readonly name: string;
  readonly description?: string;
  readonly script: ScriptFile;
  /** The file below `script.root` and the line (from 1) that make it an event; absent: a script that says nothing of itself. */
  readonly declaredAt?: { readonly path: string; readonly line: number };
  /** Selectors: names, `web-*`, `@tag`, `!name`. */
  readonly servers: readonly string[];
  readonly tags: readonly string[];
  /** Commands of which the first one found on the server is used; absent when the file is executed itself (shebang). */
  readonly interpreter?: Interpreter;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Globs below `script.root`; a name without wildcards is taken even when it looks like a secret. */
  readonly files: readonly string[];
  readonly input?: Json;
  /** Absent: what the user's settings say, else `DEFAULT_TIMEOUT_MS`. */
  readonly timeoutMs?: number;
  readonly parallel?: number;
  /** No further server begins when so many have failed; absent: all do. */
  readonly maxFailures?: number;
  /** Attempts after the first, before the script has started. */
  readonly retries: number;
  /** Absent: it never runs by itself. */
  readonly onSave?: OnSave;
  readonly overlap: Overlap;
  /** What may be asked for before a run; only what the event uses is. */
  readonly inputs: readonly InputPrompt[];
  readonly onDisconnect: OnDisconnect;
  /** Names of secrets that the script may ask for. */
  readonly secrets: readonly string[];
  /** Absent: each is handed out once, to who asks for it. */
  readonly secretsAs?: 'environment';
  /** Programs of the script may speak to the helper API over HTTP. */
  readonly api?: true;
}

export interface Interpreter {
  readonly commands: readonly string[];
  readonly args: readonly string[];
}

/** Time limit of a script when neither it nor a setting says one: 1 hour, so that every run ends. */
export const DEFAULT_TIMEOUT_MS = 3_600_000;

/** Retries of an event that sets none: 2 s, 4 s and 8 s later. */
export const DEFAULT_RETRIES = 3;

/** A problem in a header or a configuration file. Line and column count from 1. */
export interface Problem {
  readonly severity: 'error' | 'warning';
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Exclusive end of the range, on the same line. */
  readonly endColumn: number;
  readonly message: string;
  /** What to write instead, when there is a likely candidate. */
  readonly suggestion?: string;
  /**
   * What is not there and could be made or said: a server (its name), a script (its path below the folder), an input (its id),
   * what runs a script (the script's path).
   */
  readonly missing?: { readonly kind: 'server' | 'script' | 'input' | 'interpreter'; readonly name: string };
}
