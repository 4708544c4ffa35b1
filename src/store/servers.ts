import type { Server } from '../domain/server.ts';
import type { Connection } from './connection.ts';
import { integer, kinded, type Row, text } from './row.ts';

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

  holdsPayload(server: string, sha256: string): boolean {
    const row = this.#connection.get('SELECT 1 FROM payload_on WHERE server = @server AND sha256 = @sha256', {
      server,
      sha256,
    });
    return row !== undefined;
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
