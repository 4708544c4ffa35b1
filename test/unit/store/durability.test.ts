import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Connection } from '../../../src/store/connection.ts';
import { Jobs } from '../../../src/store/jobs.ts';
import { migrate } from '../../../src/store/migrations.ts';
import { RunFiles } from '../../../src/store/run-files.ts';
import { Runs } from '../../../src/store/runs.ts';
import { planOf } from './plan.ts';
import { tempDir } from './temp-dir.ts';

const OWNER = { id: 'o', place: 'here', pid: 1 };
const FULL = 2;
const NORMAL = 1;

test('Jobs and Runs wait for the disk with an intent, and with nothing that is told again', () => {
  using dir = tempDir();
  using connection = new Connection(join(dir.path, 'cronium.db'));
  connection.pragma('journal_mode = WAL');
  migrate(connection);
  const runs = new Runs(connection, new RunFiles(dir.path));
  const jobs = new Jobs(connection);
  const plan = planOf('one');
  const id = plan.jobs[0]?.id ?? '';
  /** What SQLite was told when the write ended. */
  const check = (write: () => void, waits: number): void => {
    write();
    expect([write.toString(), connection.pragma('synchronous')]).toEqual([write.toString(), waits]);
  };
  const lease = { now: 1, leaseMs: 1_000 };
  check(() => connection.transactionLightly(() => runs.insert(plan, 1)), NORMAL);
  check(() => jobs.claim(id, OWNER, lease), NORMAL);
  check(() => jobs.setPhase(id, 'connecting', 2), NORMAL);
  check(() => jobs.setPhase(id, 'starting', 3), FULL);
  check(() => jobs.setPhase(id, 'running', 4), NORMAL);
  check(() => jobs.requestCancel([id]), FULL);
  check(() => jobs.renew([id], OWNER, lease), NORMAL);
  check(() => jobs.settle(id, { kind: 'cancelled' }, 5), NORMAL);
  check(() => connection.transaction(() => jobs.release([id], OWNER)), FULL);
});
