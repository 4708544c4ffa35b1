import { expect, test } from 'vitest';
import { type ExitReport, type JobOutcome, jobOutcome } from '../../../src/domain/outcome.ts';
import { type RunStatus, runStatus } from '../../../src/domain/run.ts';

const ok: JobOutcome = { kind: 'succeeded', exitCode: 0 };
const failed: JobOutcome = { kind: 'failed', exitCode: 1 };
const cancelled: JobOutcome = { kind: 'cancelled' };

test('jobOutcome() follows the runner’s word', () => {
  const cases: [ExitReport, JobOutcome][] = [
    [{ reason: 'exited', code: 0 }, ok],
    [
      { reason: 'exited', code: 3 },
      { kind: 'failed', exitCode: 3 },
    ],
    [
      { reason: 'exited', signal: 'SIGSEGV' },
      { kind: 'failed', signal: 'SIGSEGV' },
    ],
    [
      { reason: 'timedOut', signal: 'SIGKILL' },
      { kind: 'timedOut', signal: 'SIGKILL' },
    ],
    [
      { reason: 'cancelled', code: 143 },
      { kind: 'cancelled', exitCode: 143 },
    ],
    [{ reason: 'cancelled' }, cancelled],
    [
      { reason: 'broken', error: 'run/interpreter-missing', message: 'No python' },
      { kind: 'broken', code: 'run/interpreter-missing', message: 'No python' },
    ],
  ];
  expect(cases.map(([exit]) => jobOutcome(exit))).toEqual(cases.map(([, outcome]) => outcome));
});

test('runStatus() is computed from the outcomes', () => {
  const cases: [(JobOutcome | undefined)[], RunStatus][] = [
    [[ok, ok], 'success'],
    [[ok, failed], 'partial'],
    [[failed, cancelled], 'failed'],
    [[cancelled, cancelled], 'cancelled'],
    [[ok, undefined], 'running'],
  ];
  expect(cases.map(([outcomes]) => runStatus(outcomes))).toEqual(cases.map(([, status]) => status));
});
