import { CroniumError } from '../domain/errors.ts';
import { Attachment } from './attachment.ts';
import { type Frame, FrameKind } from './frame.ts';
import type { Outbox } from './outbox.ts';

/** The logs that come over a session, by their streams. */
export class Attachments {
  readonly #server: string;
  readonly #outbox: Outbox;
  readonly #open = new Map<number, Attachment>();
  #closed: CroniumError | undefined;

  constructor(server: string, outbox: Outbox) {
    this.#server = server;
    this.#outbox = outbox;
  }

  open(stream: number, job: string): Attachment {
    const attachment = new Attachment(stream, job);
    if (this.#closed) attachment.fail(this.#closed);
    else this.#open.set(stream, attachment);
    attachment.connect({
      window: (bytes) => this.#outbox.message({ type: 'window', stream, bytes }),
      detach: () => {
        if (this.#open.delete(stream)) this.#outbox.reset(stream);
      },
    });
    return attachment;
  }

  find(stream: number): Attachment | undefined {
    return this.#open.get(stream);
  }

  /** The runner has nothing to do with it any more. */
  forget(stream: number): void {
    this.#open.delete(stream);
  }

  receive({ kind, stream, body }: Frame): void {
    const attachment = this.#open.get(stream);
    if (kind === FrameKind.data) return attachment?.receive(body);
    if (kind === FrameKind.end) attachment?.end();
    else attachment?.fail(new CroniumError('session/reset', `"${this.#server}" gave up a stream`));
    this.#outbox.drop(stream);
    this.#open.delete(stream);
  }

  refuse(stream: number, error: Error): void {
    this.#open.get(stream)?.fail(error);
    this.#open.delete(stream);
    this.#outbox.drop(stream);
  }

  /** The session is over: no log comes any more. */
  fail(error: CroniumError): void {
    this.#closed = error;
    for (const attachment of this.#open.values()) attachment.fail(error);
    this.#open.clear();
  }
}
