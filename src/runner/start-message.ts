import type { Json, OnDisconnect } from '../domain/event.ts';
import type { Hello } from './message.ts';

/** What starts a job; docs/protocol.md, "Client to runner". */
export interface StartMessage {
  readonly type: 'start';
  readonly job: string;
  readonly run: string;
  readonly install: string;
  readonly server: string;
  readonly event: string;
  readonly payload: string;
  readonly args?: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly graceMs: number;
  readonly onDisconnect: OnDisconnect;
  /** Only to a runner without helpers; others have it in the context. */
  readonly input?: Json;
  /** What the script may ask for follows on this stream: `size` bytes of JSON, then its end. */
  readonly context?: { readonly stream: number; readonly size: number };
  readonly secrets?: Readonly<Record<string, string>>;
  readonly secretsAs?: 'helper' | 'environment';
  readonly api?: { readonly token: string };
  readonly stream: number;
  /** This session answers what the script asks, for as long as it is attached. */
  readonly helpers?: true;
}

/** What is said of a job; the session numbers the streams and knows whether it serves helpers. */
export type StartFields = Omit<StartMessage, 'type' | 'stream' | 'context' | 'input' | 'helpers'>;

/** What a runner of this kind understands of a start: one from before there were helpers knows of an input, and of no context. */
export function understood(
  hello: Pick<Hello, 'capabilities'>,
  fields: StartFields,
  context: Uint8Array | undefined,
): { readonly fields: StartFields & Pick<StartMessage, 'input'>; readonly context?: Uint8Array } {
  if (!context) return { fields };
  if (hello.capabilities.includes('helpers')) return { fields, context };
  // Our own text, written a moment ago.
  const { input } = JSON.parse(Buffer.from(context).toString('utf8')) as { readonly input?: Json };
  return { fields: { ...fields, ...(input === undefined ? {} : { input }) } };
}
