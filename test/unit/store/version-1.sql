-- A database as version 1 of the store wrote it.
CREATE TABLE servers (
    name TEXT PRIMARY KEY,
    server TEXT NOT NULL,
    host TEXT NOT NULL,
    platform TEXT NOT NULL,
    seen_at INTEGER NOT NULL
  ) STRICT;
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
CREATE INDEX deployments_latest ON deployments (server, sha256, id);
CREATE INDEX runs_by_time ON runs (started_at, number);
CREATE UNIQUE INDEX jobs_of_run ON jobs (run_id, position);
CREATE INDEX jobs_unfinished ON jobs (phase_at) WHERE outcome IS NULL;
INSERT INTO servers (name, server, host, platform, seen_at) VALUES ('web-1', '{"name":"web-1","kind":"ssh","address":"me@web-1:22","tags":["web"]}', 'm1', 'linux/amd64', 1050);
INSERT INTO deployments (id, server, sha256, version, platform, state, at, run) VALUES (1, 'web-1', 'cc', '0.1.0', 'linux/amd64', 'deploying', 1010, '7692c3ad3540bb803c020b3aee66cd88');
INSERT INTO deployments (id, server, sha256, version, platform, state, at, run) VALUES (2, 'web-1', 'cc', '0.1.0', 'linux/amd64', 'active', 1020, '7692c3ad3540bb803c020b3aee66cd88');
INSERT INTO payloads (sha256, size, event, at) VALUES ('abababababababababababababababababababababababababababababababab', 321, 'scripts/restart.sh', 1000);
INSERT INTO payload_on (server, sha256, at) VALUES ('web-1', 'abababababababababababababababababababababababababababababababab', 1060);
INSERT INTO runs (number, id, event_id, event_name, payload_sha256, script_sha256, started_at) VALUES (1, '7692c3ad3540bb803c020b3aee66cd88', 'scripts/restart.sh', 'Restart web', 'abababababababababababababababababababababababababababababababab', 'cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd', 1000);
INSERT INTO jobs (id, run_id, position, server, phase, phase_at, started_at, ended_at, outcome, cancel_requested, owner, owner_place, owner_pid, owner_start, lease_until) VALUES ('9df93721494fc4880478c1c946323288', '7692c3ad3540bb803c020b3aee66cd88', 0, '{"name":"web-1","kind":"ssh","address":"me@web-1:22","tags":["web"]}', 'running', 1100, 1100, 1200, '{"kind":"failed","exitCode":3}', 0, NULL, NULL, NULL, NULL, NULL);
INSERT INTO jobs (id, run_id, position, server, phase, phase_at, started_at, ended_at, outcome, cancel_requested, owner, owner_place, owner_pid, owner_start, lease_until) VALUES ('a7d546731d5db2813f5ee49c26834db3', '7692c3ad3540bb803c020b3aee66cd88', 1, '{"name":"web-2","kind":"ssh","address":"me@web-2:22","tags":["web"]}', 'running', 1100, 1100, NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL);
PRAGMA user_version = 1;
