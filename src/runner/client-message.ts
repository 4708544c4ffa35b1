import type { Json } from '../domain/event.ts';
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

/** What has an answer that repeats `id`: about the server itself, or of a job's desk. */
export type ServerQuestion =
  | ({ readonly type: 'call'; readonly id: number; readonly job: string } & DeskCall)
  | { readonly type: 'health' | 'inventory' | 'clean'; readonly id: number }
  | { readonly type: 'remove'; readonly id: number; readonly sha256: string };

/** What is asked of a job's desk on the server. A call with a name may be made again when its answer was lost. */
export type DeskCall =
  | { readonly verb: 'secret'; readonly name: string; readonly call: string }
  | { readonly verb: 'hide'; readonly value: Json };
