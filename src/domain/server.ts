/** A machine that can be a target. */
export interface Server {
  /** What the user calls it; unique in a run. */
  readonly name: string;
  readonly kind: 'local' | 'ssh';
  /** For `ssh`: an alias of the SSH configuration, or `[user@]host[:port]`. For `local`: `local`. */
  readonly address: string;
  readonly tags: readonly string[];
  /** A person confirms every run on it, whatever starts the run. */
  readonly isProtected?: true;
}

/** The server that is this machine. */
export const LOCAL: Server = { name: 'local', kind: 'local', address: 'local', tags: [] };
