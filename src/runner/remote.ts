import type { Readable, Writable } from 'node:stream';

/** A process with a duplex byte stream on a server: as much of a transport as a session needs. */
export interface Remote {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly exited: Promise<RemoteEnd>;
  close(): void;
}

export type RemoteEnd =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'signalled'; readonly signal: string }
  | { readonly kind: 'disconnected'; readonly message: string };

/** What can start such a process; `Transport` is one. */
export interface RemoteOpener {
  open(
    command: string,
    options: {
      readonly ahead?: Uint8Array;
      readonly onSent?: () => void;
      readonly onDiscarded?: () => void;
      readonly signal: AbortSignal;
    },
  ): Promise<Remote>;
}
