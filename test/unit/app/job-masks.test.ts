import { expect, test } from 'vitest';
import { JobMasks } from '../../../src/app/job-masks.ts';
import { SharedVariables } from '../../../src/app/shared-variables.ts';
import { openStore } from '../../../src/store/store.ts';
import { idOf, planOf } from '../store/plan.ts';
import { tempDir } from '../store/temp-dir.ts';

const JOB = idOf('one/web-1');
const SAID = 'hunter2-hunter2 from-the-environment kept-by-the-editor of-a-variable';

interface Known {
  readonly env?: Readonly<Record<string, string>>;
  readonly remembered?: Readonly<Record<string, string>>;
  /** `KEY`, a secret variable. */
  readonly variable?: string;
}

/** What another process tells of a job of which this one knows as much. */
async function toldBy({ env = {}, remembered = {}, variable }: Known): Promise<string> {
  using dir = tempDir();
  using store = openStore(dir.path);
  store.runs.insert(planOf('one'), 7);
  const kept = new Map<string, string>();
  const vault = {
    find: async (reference: string) => kept.get(reference),
    keep: async (reference: string, value: string) => void kept.set(reference, value),
    forget: async (reference: string) => void kept.delete(reference),
  };
  const variables = new SharedVariables({ store, host: { env, vault }, changed: () => {} });
  if (variable !== undefined) {
    const place = { name: 'KEY', scope: 'workspace', owner: '/project' } as const;
    await variables.set(place, variable, { type: 'secret', by: { kind: 'person' } });
  }
  const host = { env, recallSecret: async (subject: string) => remembered[subject] };
  const masks = new JobMasks({ store, host, variables, log: () => {} });
  return (await masks.of(JOB)).text(SAID);
}

test('JobMasks knows the secrets of the runs that this process begins', async () => {
  using dir = tempDir();
  using store = openStore(dir.path);
  const variables = new SharedVariables({ store, host: { env: {} }, changed: () => {} });
  const masks = new JobMasks({ store, host: { env: {} }, variables, log: () => {} });
  masks.plan(planOf('one', ['web-1', 'web-2']));
  expect((await masks.of(JOB)).text(SAID)).toMatch(/^\*\*\* from/);
  masks.now(JOB).renew('kept-by-the-editor');
  expect((await masks.of(JOB)).text(SAID)).toBe('*** from-the-environment *** of-a-variable');
  expect((await masks.of(idOf('one/web-2'))).text(SAID)).toContain('kept-by-the-editor');
});

test('JobMasks finds secrets of other processes where they would be found for a run, and nowhere else', async () => {
  const subject = 'secret TOKEN of scripts/restart.sh in /project';
  expect(await toldBy({})).toBe(SAID);
  expect(await toldBy({ env: { TOKEN: 'from-the-environment', OTHER: 'hunter2-hunter2' } })).toBe(
    SAID.replace('from-the-environment', '***'),
  );
  expect(await toldBy({ remembered: { [subject]: 'kept-by-the-editor' } })).toBe(
    SAID.replace('kept-by-the-editor', '***'),
  );
  expect(await toldBy({ variable: 'of-a-variable' })).toBe(SAID.replace('of-a-variable', '***'));
});

test('JobMasks goes on with less when a place for secrets cannot be asked', async () => {
  using dir = tempDir();
  using store = openStore(dir.path);
  store.runs.insert(planOf('one'), 7);
  const said: string[] = [];
  const variables = new SharedVariables({ store, host: { env: {} }, changed: () => {} });
  const recallSecret = () => Promise.reject(new Error('The keychain is locked'));
  const log = (line: string): void => void said.push(line);
  const masks = new JobMasks({ store, host: { env: {}, recallSecret }, variables, log });
  expect((await masks.of(JOB)).text(SAID)).toBe(SAID);
  expect(said).toEqual([`Not all secrets of job ${JOB} are known here: The keychain is locked`]);
});
