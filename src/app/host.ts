import type { Files } from '../domain/files.ts';
import type { Prompts } from '../transport/transport.ts';

/** What a shell (the extension, the command line) brings to the engine. */
export interface Host {
  /** Store, mirrors, payload cache. */
  readonly dataDir: string;
  /** The user's own configuration file (`servers:`), whether it exists or not. */
  readonly configFile: string;
  /** Servers and groups of the shell's own settings, beside those of the configuration file; asked at every need. */
  readonly settings?: () => HostSettings;
  /** `-F` of `ssh`; absent: the user's default configuration. */
  readonly sshConfigFile?: string;
  /** The folder with the runner artifacts and their table: `dist/runners`. */
  readonly runnersDir: string;
  /** better-sqlite3's native binding; absent: found beside the npm package (tests). */
  readonly sqliteBinding?: string;
  /** The files of the workspace; absent: those of this disk. */
  readonly files?: Files;
  /** Where values of secret variables are kept; absent: this shell has no place for secrets. */
  readonly vault?: Vault;
  /** The person at the other end. */
  readonly prompts: Prompts;
  /** What that person let the shell remember for `Prompts.askSecret` under this subject; nobody is asked. */
  recallSecret?(subject: string): Promise<string | undefined>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly homeDir: string;
  /** One line for the person who looks for the cause of a problem; never a secret. */
  log(line: string): void;
}

/** A place of the shell for secrets, each under a name of ours. */
export interface Vault {
  find(reference: string): Promise<string | undefined>;
  keep(reference: string, value: string): Promise<void>;
  forget(reference: string): Promise<void>;
}

/** What the user's settings say about servers: of the user only, never of a workspace. */
export interface HostSettings {
  /** As `servers:` and `groups:` of the configuration file, as JSON; checked by the engine. */
  readonly servers?: unknown;
  readonly groups?: unknown;
}
