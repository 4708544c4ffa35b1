import { expect, test } from 'vitest';
import { exitCode, thrownExitCode } from '../../../src/app/exit-code.ts';
import { CroniumError, Stopped } from '../../../src/domain/errors.ts';
import type { JobOutcome } from '../../../src/domain/outcome.ts';

const ok: JobOutcome = { kind: 'succeeded', exitCode: 0 };
const failed: JobOutcome = { kind: 'failed', exitCode: 7 };
const killed: JobOutcome = { kind: 'failed', signal: 'SIGKILL' };
const late: JobOutcome = { kind: 'timedOut' };
const stopped: JobOutcome = { kind: 'cancelled' };
const broken: JobOutcome = { kind: 'broken', code: 'connect/refused', message: 'no' };
const lost: JobOutcome = { kind: 'lost', message: 'no' };

test('exitCode() is the script’s own with one server, else tells the status of the run', () => {
  const cases: [(JobOutcome | undefined)[], number][] = [
    [[ok], 0],
    [[failed], 7],
    [[killed], 137],
    [[late], 124],
    [[stopped], 130],
    [[broken], 125],
    [[lost], 125],
    [[undefined], 125],
    [[ok, ok], 0],
    [[ok, failed], 3],
    [[failed, failed], 1],
    [[failed, broken], 1],
    [[late, late], 124],
    [[broken, lost], 125],
    [[stopped, stopped], 130],
    [[ok, undefined], 125],
  ];
  expect(cases.map(([outcomes]) => exitCode(outcomes))).toEqual(cases.map(([, code]) => code));
});

test('thrownExitCode() tells what the person wrote from what went wrong, and from what they stopped', () => {
  expect(thrownExitCode(new CroniumError('event/unknown', 'no such event'))).toBe(2);
  expect(thrownExitCode(new CroniumError('connect/refused', 'no'))).toBe(125);
  expect(thrownExitCode(new Stopped('user'))).toBe(130);
  expect(thrownExitCode(new TypeError('a bug'))).toBe(125);
});
