import type { Connection } from './connection.ts';
import { integer, type Row, text } from './row.ts';

/** A runner version on a server, as an intent (`deploying`) or a fact. */
export interface DeploymentRecord {
  readonly server: string;
  readonly sha256: string;
  readonly version: string;
  /** `linux/amd64`. */
  readonly platform: string;
  readonly state: 'deploying' | 'active' | 'failed';
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The run that brought it. */
  readonly run?: string;
}

/** Which runner versions were put on which servers. */
export class Deployments {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  record(deployment: DeploymentRecord): void {
    const { server, sha256, version, platform, state, at, run = null } = deployment;
    this.#connection.run(
      `INSERT INTO deployments (server, sha256, version, platform, state, at, run)
       VALUES (@server, @sha256, @version, @platform, @state, @at, @run)`,
      { server, sha256, version, platform, state, at, run },
    );
  }

  /** The latest word on this version on this server. */
  find(server: string, sha256: string): DeploymentRecord | undefined {
    const row = this.#connection.get(
      'SELECT * FROM deployments WHERE server = @server AND sha256 = @sha256 ORDER BY id DESC LIMIT 1',
      { server, sha256 },
    );
    return row && deploymentRecord(row);
  }

  /** The latest word on each server and hash: by server, newest first. */
  latest(): DeploymentRecord[] {
    return this.#connection
      .all(
        `SELECT * FROM deployments WHERE id IN (SELECT max(id) FROM deployments GROUP BY server, sha256)
         ORDER BY server, at DESC, id DESC`,
      )
      .map(deploymentRecord);
  }
}

function deploymentRecord(row: Row): DeploymentRecord {
  return {
    server: text(row, 'server'),
    sha256: text(row, 'sha256'),
    version: text(row, 'version'),
    platform: text(row, 'platform'),
    state: text(row, 'state') as DeploymentRecord['state'],
    at: integer(row, 'at'),
    ...(row.run === null ? {} : { run: text(row, 'run') }),
  };
}
