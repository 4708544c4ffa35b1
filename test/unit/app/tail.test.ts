import { expect, test } from 'vitest';
import { type TailEnd, tailJob } from '../../../src/app/tail.ts';
import { LogTeller } from '../../../src/app/tell.ts';
import { Mask } from '../../../src/domain/mask/mask.ts';
import type { JobRecord } from '../../../src/domain/run.ts';
import { idOf, serverOf } from '../store/plan.ts';
import { tempDir } from '../store/temp-dir.ts';

const OPEN: JobRecord = {
  id: idOf('job'),
  runId: idOf('run'),
  server: serverOf('web-1'),
  phase: 'running',
  phaseAt: 1,
  cancelRequested: false,
};

/** Tails a job of which the store says one after the other what is given. */
async function tail(...said: readonly (JobRecord | undefined)[]): Promise<TailEnd> {
  using dir = tempDir();
  const teller = new LogTeller(dir.path, { server: 'web-1', mask: new Mask(), emit: async () => {} });
  const rest = [...said];
  const leave = AbortSignal.timeout(5_000);
  return await tailJob(teller, { leave, find: () => rest.shift(), tryClaim: () => false });
}

test('tailJob() ends with the outcome that another process writes down', async () => {
  const outcome = { kind: 'succeeded', exitCode: 0 } as const;
  expect(await tail(OPEN, { ...OPEN, outcome })).toEqual({ kind: 'settled', outcome });
});

test('tailJob() does not wait for the end of a job whose run was removed', async () => {
  expect(await tail(OPEN, undefined)).toEqual({ kind: 'left', message: 'Its run was removed' });
});
