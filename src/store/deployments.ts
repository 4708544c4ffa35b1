import type { Connection } from './connection.ts';
import { integer, optionalText, type Row, text } from './row.ts';
import { ThisTurn } from './this-turn.ts';

/** A runner version on a server, as an intent (`deploying`) or a fact. */
export interface DeploymentRecord {
  readonly server: string;
  readonly sha256: string;
  readonly version: string;
  /** `linux/amd64`. */
  readonly platform: string;
  /** `active` is the one that is used; `idle` is there beside it. */
  readonly state: 'deploying' | 'active' | 'idle' | 'failed';
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The run that brought it. */
  readonly run?: string;
}

/** A version to which a server was rolled back. */
export interface KeptPin {
  readonly sha256: string;
  /** `linux/amd64`. */
  readonly platform: string;
}

/** Which runner versions were put on which servers. Each word on one is a row of its own; the last one counts. */
export class Deployments {
  readonly #connection: Connection;
  /** Few, and each job of a run asks. */
  readonly #pins: ThisTurn<ReadonlyMap<string, KeptPin>>;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#pins = new ThisTurn(() => new Map(connection.all('SELECT * FROM pins').map(keptPin)));
  }

  /** Notes it. A server uses one version: when this one is active, the others that are there are idle. */
  record(deployment: DeploymentRecord): void {
    const write = (): void => {
      if (deployment.state === 'active') {
        const others = this.#of(deployment.server).filter(({ sha256 }) => sha256 !== deployment.sha256);
        for (const other of others) if (other.state === 'active') this.#insert({ ...other, state: 'idle' });
      }
      this.#insert(deployment);
    };
    // The one intent; what came of it the server tells again at the next hello.
    if (deployment.state === 'deploying') this.#connection.transaction(write);
    else this.#connection.transactionLightly(write);
  }

  /** Only these versions are on the server; the others vanish, but for those that are just coming. Says whether any did. */
  keepOnly(server: string, sha256s: readonly string[]): boolean {
    return this.#connection.transaction(() => {
      const gone = this.#of(server).filter(({ sha256, state }) => state !== 'deploying' && !sha256s.includes(sha256));
      for (const each of gone) this.#insert({ ...each, state: 'removed' });
      return gone.length > 0;
    });
  }

  /** This version is not on the server any more. */
  remove(server: string, sha256: string): void {
    const found = this.find(server, sha256);
    if (found) this.#insert({ ...found, state: 'removed' });
  }

  /** The latest word on this version on this server; undefined for one that is not there. */
  find(server: string, sha256: string): DeploymentRecord | undefined {
    return this.#of(server).find((each) => each.sha256 === sha256);
  }

  /** The latest word on each server and hash: by server, newest first. */
  latest(): DeploymentRecord[] {
    return this.#connection
      .all(
        `SELECT * FROM deployments WHERE id IN (SELECT max(id) FROM deployments GROUP BY server, sha256)
           AND state <> 'removed' ORDER BY server, at DESC, id DESC`,
      )
      .map(deploymentRecord);
  }

  /** The version to use on the server in place of the newest. */
  pin(server: string): KeptPin | undefined {
    return this.#pins.value.get(server);
  }

  setPin(server: string, { sha256, platform }: KeptPin): void {
    const sql = 'INSERT OR REPLACE INTO pins (server, sha256, platform) VALUES (@server, @sha256, @platform)';
    this.#connection.run(sql, { server, sha256, platform });
    this.#pins.forget();
  }

  endPin(server: string): void {
    this.#connection.run('DELETE FROM pins WHERE server = @server', { server });
    this.#pins.forget();
  }

  #of(server: string): DeploymentRecord[] {
    return this.#connection
      .all(
        `SELECT * FROM deployments WHERE state <> 'removed' AND id IN
           (SELECT max(id) FROM deployments WHERE server = @server GROUP BY sha256)`,
        { server },
      )
      .map(deploymentRecord);
  }

  #insert(
    deployment: Omit<DeploymentRecord, 'state'> & { readonly state: DeploymentRecord['state'] | 'removed' },
  ): void {
    const { server, sha256, version, platform, state, at, run = null } = deployment;
    this.#connection.run(
      `INSERT INTO deployments (server, sha256, version, platform, state, at, run)
       VALUES (@server, @sha256, @version, @platform, @state, @at, @run)`,
      { server, sha256, version, platform, state, at, run },
    );
  }
}

function keptPin(row: Row): [server: string, pin: KeptPin] {
  return [text(row, 'server'), { sha256: text(row, 'sha256'), platform: text(row, 'platform') }];
}

function deploymentRecord(row: Row): DeploymentRecord {
  const run = optionalText(row, 'run');
  return {
    server: text(row, 'server'),
    sha256: text(row, 'sha256'),
    version: text(row, 'version'),
    platform: text(row, 'platform'),
    state: text(row, 'state') as DeploymentRecord['state'],
    at: integer(row, 'at'),
    ...(run === undefined ? {} : { run }),
  };
}
