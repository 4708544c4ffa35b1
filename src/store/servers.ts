import type { Server } from '../domain/server.ts';
import type { Connection } from './connection.ts';
import { integer, kinded, type Row, text } from './row.ts';

/** How many payloads of a server are remembered without the database. */
const REMEMBERED_PAYLOADS = 64;

/** A server that has answered, and what it said of itself. */
export interface SeenServer {
  readonly server: Server;
  /** The machine id. */
  readonly host: string;
  /** `linux/amd64`. */
  readonly platform: string;
  /** When it answered last: milliseconds since 1970. */
  readonly at: number;
}

/** The servers seen and the payloads they hold, as far as we know: a server that was cleaned asks for a payload again. */
export class Servers {
  readonly #connection: Connection;
  /** By server, hashes of payloads. */
  readonly #held = new Map<string, Set<string>>();

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  saw({ server, host, platform, at }: SeenServer): void {
    this.#connection.runLightly(
      `INSERT INTO servers (name, server, host, platform, seen_at) VALUES (@name, @server, @host, @platform, @at)
       ON CONFLICT (name) DO UPDATE SET server = @server, host = @host, platform = @platform, seen_at = @at`,
      { name: server.name, server: JSON.stringify(server), host, platform, at },
    );
  }

  /** By name. */
  seen(): SeenServer[] {
    return this.#connection.all('SELECT * FROM servers ORDER BY name').map(seenServer);
  }

  /** What was true once is believed as long as this process lives: a server that was cleaned by another asks for the payload. */
  holdsPayload(server: string, sha256: string): boolean {
    if (this.#held.get(server)?.has(sha256)) return true;
    const row = this.#connection.get('SELECT 1 FROM payload_on WHERE server = @server AND sha256 = @sha256', {
      server,
      sha256,
    });
    if (row !== undefined) this.#hold(server, sha256);
    return row !== undefined;
  }

  #hold(server: string, sha256: string): void {
    const held = this.#held.get(server) ?? new Set();
    // Every saved edit of a script is another payload; the newest are those that run again.
    if (held.size >= REMEMBERED_PAYLOADS) held.clear();
    this.#held.set(server, held.add(sha256));
  }

  recordPayloadOn(server: string, sha256: string, at: number): void {
    // Nearly every run finds it known: to look is a tenth of the price of a write.
    if (this.holdsPayload(server, sha256)) return;
    this.#connection.runLightly(
      `INSERT INTO payload_on (server, sha256, at) VALUES (@server, @sha256, @at)
       ON CONFLICT DO NOTHING`,
      { server, sha256, at },
    );
  }

  /** The server was cleaned: it holds no payload. */
  forgetPayloads(server: string): void {
    this.#held.delete(server);
    this.#connection.run('DELETE FROM payload_on WHERE server = @server', { server });
  }
}

function seenServer(row: Row): SeenServer {
  return {
    server: kinded(row, 'server') as Server,
    host: text(row, 'host'),
    platform: text(row, 'platform'),
    at: integer(row, 'seen_at'),
  };
}
