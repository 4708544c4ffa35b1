import type { LoopTurn } from '../../test/bench/loop-work.ts';

/** What is asked of the resident process. */
export type Ask =
  /** Makes the engine, with its store; connects to nobody. */
  | { readonly type: 'open' }
  | {
      readonly type: 'run';
      readonly script: string;
      readonly on: readonly string[];
      /** Cancels when a line with this text has come. */
      readonly cancelAt?: string;
      /** Says `saw` when a line with this text has come. */
      readonly tellsAt?: string;
      readonly timeoutMs?: number;
      readonly keepsOutput?: boolean;
      /** When each server's job had settled, and the ids of the jobs. */
      readonly keepsTimes?: boolean;
      readonly watchMemory?: boolean;
    }
  /** Closes the connections to these servers; the engine stays. */
  | { readonly type: 'disconnect'; readonly from: readonly string[] }
  /** Ends the engine with its connections; the next ask makes another one. */
  | { readonly type: 'close' };

/** What it answers. Times are milliseconds from the moment the run was asked for, with its planning. */
export type Told =
  | { readonly type: 'ready' }
  | { readonly type: 'opened'; readonly rssMb: number }
  | { readonly type: 'closed' }
  | { readonly type: 'disconnected' }
  | { readonly type: 'saw' }
  | { readonly type: 'failed'; readonly message: string }
  | {
      readonly type: 'ran';
      readonly wallMs: number;
      readonly planMs: number;
      /** Kind of outcome (`succeeded`, `broken connect/refused`) → how many. */
      readonly outcomes: Readonly<Record<string, number>>;
      /** Characters of output. */
      readonly bytes: number;
      /** What came, with the clock's time in milliseconds. */
      readonly lines: readonly (readonly [at: number, text: string])[];
      readonly settledAt: Readonly<Record<string, number>>;
      /** The turns of the event loop that took 15 ms of processor time or more. */
      readonly longTurns: readonly LoopTurn[];
      readonly rssMb: number;
      readonly jobs: readonly string[];
    };

export type Ran = Extract<Told, { type: 'ran' }>;
