import type { Connection } from './connection.ts';
import { text } from './row.ts';

/** The payloads that runs have named. */
export class Payloads {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Forgets the payloads that no run names any more, also where they are; the hashes of those that remain. */
  keepNamed(): ReadonlySet<string> {
    return this.#connection.transaction(() => {
      this.#connection.run('DELETE FROM payloads WHERE sha256 NOT IN (SELECT payload_sha256 FROM runs)');
      this.#connection.run('DELETE FROM payload_on WHERE sha256 NOT IN (SELECT sha256 FROM payloads)');
      return new Set(this.#connection.all('SELECT sha256 FROM payloads').map((row) => text(row, 'sha256')));
    });
  }
}
