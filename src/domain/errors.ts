/**
 * A problem that a person can act on. The message says what was tried, to what, and after a colon what was found; shells show
 * it as it is. `code` is stable (`connect/denied`), for tests and for buttons.
 */
export class CroniumError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = 'CroniumError';
    this.code = code;
  }
}

/** What a runner refused to do: `re` is the message refused (`start`, `put`, …). The message is the runner's own sentence. */
export class RefusedError extends CroniumError {
  readonly re: string;

  constructor(re: string, code: string, message: string) {
    super(code, message);
    this.re = re;
  }
}

/** A host shows another key than before (`connect/hostkey-changed`): where the old one stands, and the command line that removes it. */
export class HostKeyChangedError extends CroniumError {
  readonly file: string;
  /** From 1, as an editor counts. */
  readonly line: number;
  readonly remedy: string;

  constructor(message: string, entry: { readonly file: string; readonly line: number; readonly remedy: string }) {
    super('connect/hostkey-changed', message);
    this.file = entry.file;
    this.line = entry.line;
    this.remedy = entry.remedy;
  }
}

/** The reason with which our `AbortSignal`s are aborted: the user said stop, or the program goes away. */
export class Stopped extends Error {
  readonly by: 'user' | 'shutdown';

  constructor(by: 'user' | 'shutdown') {
    super(by === 'user' ? 'Stopped by the user' : 'Stopped: the program is going away');
    this.name = 'Stopped';
    this.by = by;
  }
}

/** The sentence of anything that was thrown. */
export function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
