import type { Connection } from './connection.ts';
import { text } from './row.ts';

/** Which key let us in last, for each place: fingerprints of public keys, no secrets. What is lost is learned again. */
export class Logins {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  keyFor(place: string): string | undefined {
    const row = this.#connection.get('SELECT key FROM logins WHERE place = @place', { place });
    return row && text(row, 'key');
  }

  /** Writes nothing when that is known. */
  accepted(place: string, key: string): void {
    if (this.keyFor(place) === key) return;
    this.#connection.runLightly(
      'INSERT INTO logins (place, key) VALUES (@place, @key) ON CONFLICT DO UPDATE SET key = @key',
      { place, key },
    );
  }

  forget(place: string): void {
    if (this.keyFor(place) === undefined) return;
    this.#connection.runLightly('DELETE FROM logins WHERE place = @place', { place });
  }
}
