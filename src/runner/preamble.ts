import { displayable } from '../base/display.ts';
import { CroniumError } from '../domain/errors.ts';
import type { Remote } from './remote.ts';

/** Login noise kept for a message, and how much of it there may be before the server is given up. */
const MAX_NOISE_BYTES = 65_536;
/** How much of the noise a message quotes. */
const QUOTED_CHARACTERS = 400;

/** What comes from the boot script or the runner before the first frame. */
export type Answer =
  | { readonly kind: 'hello'; readonly rest: Uint8Array }
  | {
      readonly kind: 'need';
      readonly sha256: string;
      readonly gzip: boolean;
      readonly freeKiB: number;
      readonly base: string;
    };

interface PreambleOptions {
  readonly nonce: string;
  readonly server: string;
  readonly timeoutMs: number;
}

/**
 * Reads stdout up to a line with our nonce. Everything before it is login noise (a `.bashrc` that prints, a banner): discarded,
 * and quoted when no such line comes.
 */
export class Preamble {
  readonly #remote: Remote;
  readonly #options: PreambleOptions;
  readonly #sentinel: Buffer;
  #buffer: Buffer = Buffer.alloc(0);
  #noise = '';
  #complaints = '';

  constructor(remote: Remote, options: PreambleOptions) {
    this.#remote = remote;
    this.#options = options;
    this.#sentinel = Buffer.from(`CRN1 ${options.nonce} `);
    remote.stderr.on('data', (chunk: Buffer) => {
      if (this.#complaints.length < MAX_NOISE_BYTES) this.#complaints += chunk.toString('utf8');
    });
  }

  /** The next answer. Throws `CroniumError` (`boot/…`) when the process ends or says nothing in time. */
  async next({ signal, extraMs = 0 }: { readonly signal: AbortSignal; readonly extraMs?: number }): Promise<Answer> {
    const deadline = new AbortController();
    // `AbortSignal.timeout` would go on when nobody waits any more, and those of a thousand servers would end together.
    const timer = setTimeout(() => deadline.abort(), Math.ceil(this.#options.timeoutMs + extraMs));
    try {
      return await this.#answer(signal, deadline.signal);
    } finally {
      clearTimeout(timer);
    }
  }

  async #answer(signal: AbortSignal, deadline: AbortSignal): Promise<Answer> {
    const either = AbortSignal.any([signal, deadline]);
    for (;;) {
      const line = this.#takeLine();
      if (line !== undefined) return this.#parse(line);
      if (!(await this.#more(either))) {
        signal.throwIfAborted();
        if (deadline.aborted) throw this.#silent(`no answer in ${this.#options.timeoutMs / 1000} s`);
        const end = await this.#remote.exited;
        if (end.kind === 'disconnected') throw new CroniumError('connect/closed', end.message);
        const found = end.kind === 'exited' ? `it ended with exit code ${end.code}` : `it was ended by ${end.signal}`;
        throw this.#silent(found, 'boot/ended');
      }
    }
  }

  /** Waits for more of stdout; false at its end or when the signal aborts. */
  async #more(signal: AbortSignal): Promise<boolean> {
    const { stdout } = this.#remote;
    for (;;) {
      if (signal.aborted) return false;
      const chunk = stdout.read() as Buffer | null;
      if (chunk) {
        this.#buffer = this.#buffer.length === 0 ? chunk : Buffer.concat([this.#buffer, chunk]);
        return true;
      }
      if (stdout.readableEnded || stdout.destroyed) return false;
      await new Promise<void>((resolve) => {
        const done = (): void => {
          stdout.off('readable', done).off('end', done).off('close', done);
          signal.removeEventListener('abort', done);
          resolve();
        };
        stdout.on('readable', done).on('end', done).on('close', done);
        signal.addEventListener('abort', done, { once: true });
      });
    }
  }

  /** The line with our nonce, without its sentinel; what stands before it goes to the noise. */
  #takeLine(): string | undefined {
    const at = this.#buffer.indexOf(this.#sentinel);
    if (at < 0) {
      // Keep what may be the beginning of the sentinel.
      const keep = Math.min(this.#buffer.length, this.#sentinel.length - 1);
      this.#addNoise(this.#buffer.subarray(0, this.#buffer.length - keep));
      this.#buffer = this.#buffer.subarray(this.#buffer.length - keep);
      return undefined;
    }
    const end = this.#buffer.indexOf(0x0a, at);
    if (end < 0) {
      if (this.#buffer.length - at > MAX_NOISE_BYTES) throw this.#silent('an endless line');
      return undefined;
    }
    this.#addNoise(this.#buffer.subarray(0, at));
    const line = this.#buffer.toString('utf8', at + this.#sentinel.length, end);
    this.#buffer = this.#buffer.subarray(end + 1);
    return line;
  }

  #addNoise(bytes: Uint8Array): void {
    this.#noise += Buffer.from(bytes).toString('utf8');
    if (this.#noise.length > MAX_NOISE_BYTES)
      throw this.#silent(`more than ${MAX_NOISE_BYTES / 1024} KiB of other output`);
  }

  #parse(line: string): Answer {
    if (line === 'hello') {
      const rest = this.#buffer;
      this.#buffer = Buffer.alloc(0);
      return { kind: 'hello', rest };
    }
    const need = /^need ([0-9a-f]{64}) gzip=([01]) sum=[01] free=(\d*) (\S+ \S+) (.+)$/.exec(line);
    if (need) {
      const [, sha256 = '', gzip, free, , path = ''] = need;
      const base = displayable(path).slice(0, QUOTED_CHARACTERS);
      // An unknown amount (no df) is taken as enough: the size check on the server has the last word.
      const freeKiB = free ? Number(free) : Number.POSITIVE_INFINITY;
      return { kind: 'need', sha256, gzip: gzip === '1', freeKiB, base };
    }
    throw this.#failed(line);
  }

  /** Explains a `fail` of the boot script. */
  #failed(line: string): CroniumError {
    const server = this.#options.server;
    const [, why = '', rest = ''] = /^fail (\S+) ?(.*)$/s.exec(displayable(line).slice(0, QUOTED_CHARACTERS)) ?? [];
    switch (why) {
      case 'platform':
        return new CroniumError(
          'boot/platform',
          `Cannot run on "${server}": there is no runner for its platform "${rest}"; nothing was uploaded`,
        );
      case 'base':
        return new CroniumError(
          'boot/base',
          `Cannot deploy to "${server}": no directory is ours, private and executable; tried ${rest.trim().split(' ').join(', ')}`,
        );
      case 'size':
        return new CroniumError(
          'boot/upload',
          `Cannot deploy to "${server}": ${rest.split(' ')[0]} bytes of the runner arrived; is its disk full?${this.#quoted()}`,
        );
      case 'hash':
        return new CroniumError(
          'boot/upload',
          `Cannot deploy to "${server}": the runner that arrived is not the one that was sent; try again`,
        );
      default:
        return new CroniumError(
          'boot/upload',
          `Cannot deploy to "${server}": ${why || 'its answer is not understood'} ${rest}${this.#quoted()}`,
        );
    }
  }

  #silent(found: string, code = 'boot/silent'): CroniumError {
    return new CroniumError(
      code,
      `Cannot start the runner on "${this.#options.server}": its login shell did not start it: ${found}${this.#quoted()}`,
    );
  }

  #quoted(): string {
    const said = displayable(`${this.#noise}${this.#buffer.toString('utf8')}${this.#complaints}`)
      .replace(/\s+/g, ' ')
      .trim();
    if (said === '') return '';
    return `; it printed "${said.length > QUOTED_CHARACTERS ? `${said.slice(0, QUOTED_CHARACTERS)}…` : said}"`;
  }
}
