import type { StartMessage } from './start-message.ts';

/** What the client says; docs/protocol.md, "Client to runner". */
export type ClientMessage =
  | StartMessage
  | { readonly type: 'put'; readonly payload: string; readonly size: number; readonly stream: number }
  | {
      readonly type: 'attach';
      readonly job: string;
      readonly offset: number;
      readonly stream: number;
      readonly helpers?: true;
    }
  | { readonly type: 'token'; readonly job: string; readonly token: string }
  | { readonly type: 'ack'; readonly job: string; readonly offset: number }
  | { readonly type: 'cancel'; readonly job: string; readonly install: string }
  | { readonly type: 'forget'; readonly job: string }
  | { readonly type: 'list'; readonly install: string }
  | { readonly type: 'collect' }
  | ServerQuestion
  | { readonly type: 'window'; readonly stream: number; readonly bytes: number }
  | { readonly type: 'ping'; readonly id: number }
  | { readonly type: 'bye'; readonly code: string; readonly message: string };

/** What is asked about the server itself; the answer repeats `id`. */
export type ServerQuestion =
  | { readonly type: 'health' | 'inventory' | 'clean'; readonly id: number }
  | { readonly type: 'remove'; readonly id: number; readonly sha256: string };
