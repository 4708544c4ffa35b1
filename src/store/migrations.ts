import { CroniumError } from '../domain/errors.ts';
import type { Connection } from './connection.ts';

/** Step `n` takes a database from version `n` to `n + 1`. A step that was released is never changed. */
const STEPS: readonly string[] = [
  `
  CREATE TABLE servers (
    name TEXT PRIMARY KEY,
    server TEXT NOT NULL,
    host TEXT NOT NULL,
    platform TEXT NOT NULL,
    seen_at INTEGER NOT NULL
  ) STRICT;

  -- A row for each intent and each fact; the latest of a server and a hash counts.
  CREATE TABLE deployments (
    id INTEGER PRIMARY KEY,
    server TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    version TEXT NOT NULL,
    platform TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('deploying', 'active', 'failed')),
    at INTEGER NOT NULL,
    run TEXT
  ) STRICT;
  CREATE INDEX deployments_latest ON deployments (server, sha256, id);

  CREATE TABLE payloads (
    sha256 TEXT PRIMARY KEY,
    size INTEGER NOT NULL,
    event TEXT NOT NULL,
    at INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE payload_on (
    server TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (server, sha256)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE runs (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    event_id TEXT NOT NULL,
    event_name TEXT NOT NULL,
    payload_sha256 TEXT NOT NULL REFERENCES payloads (sha256),
    script_sha256 TEXT NOT NULL,
    started_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX runs_by_time ON runs (started_at, number);

  CREATE TABLE jobs (
    id TEXT PRIMARY KEY,
    run_id TEXT NOT NULL REFERENCES runs (id),
    position INTEGER NOT NULL,
    server TEXT NOT NULL,
    phase TEXT NOT NULL,
    phase_at INTEGER NOT NULL,
    started_at INTEGER,
    ended_at INTEGER,
    outcome TEXT,
    cancel_requested INTEGER NOT NULL DEFAULT 0,
    owner TEXT,
    owner_place TEXT,
    owner_pid INTEGER,
    owner_start INTEGER,
    lease_until INTEGER
  ) STRICT;
  CREATE UNIQUE INDEX jobs_of_run ON jobs (run_id, position);
  CREATE INDEX jobs_unfinished ON jobs (phase_at) WHERE outcome IS NULL;
  `,
  `
  ALTER TABLE runs ADD COLUMN script_root TEXT;
  ALTER TABLE runs ADD COLUMN script_path TEXT;
  ALTER TABLE runs ADD COLUMN begun_by TEXT NOT NULL DEFAULT 'person';
  ALTER TABLE runs ADD COLUMN git TEXT;
  ALTER TABLE runs ADD COLUMN replay_of TEXT;
  -- All that a replay needs, as JSON; null: written by version 1.
  ALTER TABLE runs ADD COLUMN spec TEXT;
  CREATE INDEX runs_of_payload ON runs (payload_sha256);
  ALTER TABLE jobs ADD COLUMN own TEXT;

  CREATE TABLE new_deployments (
    id INTEGER PRIMARY KEY,
    server TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    version TEXT NOT NULL,
    platform TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('deploying', 'active', 'idle', 'failed', 'removed')),
    at INTEGER NOT NULL,
    run TEXT
  ) STRICT;
  INSERT INTO new_deployments SELECT id, server, sha256, version, platform, state, at, run FROM deployments;
  DROP TABLE deployments;
  ALTER TABLE new_deployments RENAME TO deployments;
  CREATE INDEX deployments_latest ON deployments (server, sha256, id);

  -- The runner version that a server was rolled back to.
  CREATE TABLE pins (
    server TEXT PRIMARY KEY,
    sha256 TEXT NOT NULL,
    platform TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- The fingerprint of the public key that let us in last.
  CREATE TABLE logins (
    place TEXT PRIMARY KEY,
    key TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- A row stays when its variable is unset, so that no version comes twice. The value of a secret one is the name of its place in
  -- the shell's vault.
  CREATE TABLE variables (
    scope TEXT NOT NULL CHECK (scope IN ('server', 'event', 'workspace', 'global')),
    owner TEXT NOT NULL,
    name TEXT NOT NULL,
    type TEXT NOT NULL CHECK (type IN ('plain', 'secret', 'unset')),
    value TEXT,
    version INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    changed_by TEXT NOT NULL,
    PRIMARY KEY (name, scope, owner)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX variables_of ON variables (scope, owner);

  CREATE TABLE variable_changes (
    name TEXT NOT NULL,
    scope TEXT NOT NULL,
    owner TEXT NOT NULL,
    version INTEGER NOT NULL,
    type TEXT NOT NULL,
    -- Null for a secret one.
    value TEXT,
    changed_at INTEGER NOT NULL,
    changed_by TEXT NOT NULL,
    PRIMARY KEY (name, scope, owner, version)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE outputs (
    job_id TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (job_id, key)
  ) STRICT, WITHOUT ROWID;

  -- The number of the newest value of each name that a job's log has told and that had its effect.
  CREATE TABLE applied_values (
    job_id TEXT NOT NULL,
    name TEXT NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (job_id, name)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE helper_answers (
    id INTEGER PRIMARY KEY,
    job_id TEXT NOT NULL,
    call TEXT NOT NULL,
    answer TEXT NOT NULL,
    UNIQUE (job_id, call)
  ) STRICT;

  -- The last record of a value up to which all had their effect; and where in the mirror the next one is looked for.
  ALTER TABLE jobs ADD COLUMN applied_seq INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE jobs ADD COLUMN applied_offset INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE jobs ADD COLUMN applied_next INTEGER NOT NULL DEFAULT 0;
  `,
  `
  -- Places in the vault whose values nobody needs any more: whoever has the vault empties them.
  CREATE TABLE freed_secrets (reference TEXT NOT NULL PRIMARY KEY) STRICT, WITHOUT ROWID;
  `,
  `
  -- By what does not change while a job goes on: it was written anew with each phase.
  DROP INDEX jobs_unfinished;
  CREATE INDEX jobs_unfinished ON jobs (run_id) WHERE outcome IS NULL;
  `,
];

/**
 * Brings the database to the version this program knows, and says whether it was empty. Several processes may do so at once: one
 * does, the others wait.
 */
export function migrate(connection: Connection): boolean {
  if (version(connection) === STEPS.length) return false;
  return connection.transaction(() => {
    const from = version(connection);
    for (const step of STEPS.slice(from)) connection.execute(step);
    connection.pragma(`user_version = ${STEPS.length}`);
    return from === 0;
  });
}

function version(connection: Connection): number {
  const found = Number(connection.pragma('user_version'));
  if (found > STEPS.length) {
    throw new CroniumError(
      'store/newer',
      `Cannot use the database "${connection.file}": a newer Cronium wrote it (version ${found}, this one knows ${STEPS.length}); update this Cronium or choose another data folder`,
    );
  }
  return found;
}
