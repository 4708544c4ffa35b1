import { expect, test } from 'vitest';
import type { ScriptEvent } from '../../../../src/domain/event.ts';
import type { RunPlan } from '../../../../src/domain/run.ts';
import { LOCAL } from '../../../../src/domain/server.ts';
import { changesBetween, type Version, versionOf } from '../../../../src/vscode/triggers/version.ts';
import { eventOf } from '../event.ts';
import { planOf, serverOf } from '../run.ts';

const web1 = serverOf('web1');
const plan = planOf([web1]);
const packed = (sha256: string, scriptSha256 = plan.payload.scriptSha256): Pick<RunPlan, 'payload'> => ({
  payload: { ...plan.payload, sha256, scriptSha256 },
});

interface Change {
  readonly event?: Partial<ScriptEvent>;
  readonly plan?: Partial<RunPlan>;
  readonly text?: string;
}

function version({ event = {}, plan: fields = {}, text = 'echo one' }: Change = {}): Version {
  return versionOf(eventOf({ onSave: { globs: [] }, ...event }), { ...plan, ...fields }, text);
}

test('versionOf() is the same for another plan of the same', () => {
  const again = version({
    event: { declaredAt: { path: 'ops/restart.sh', line: 9 } },
    plan: { id: 'f'.repeat(32), jobs: [{ id: 'other', server: { ...web1, tags: ['web'] } }] },
  });
  expect(again).toEqual(version());
});

test('versionOf() holds no value of a secret', () => {
  const secrets = { TOKEN: 'hunter2' };
  const withSecret = version({ plan: { spec: { ...plan.spec, secrets } } });
  expect(JSON.stringify(withSecret)).not.toContain('hunter2');
  expect(withSecret.hash).toBe(version().hash);
});

test('versionOf() keeps no text that is too long', () => {
  expect(version({ text: 'x'.repeat(100_001) }).text).toBeUndefined();
});

const changes: readonly (readonly [change: Change, words: readonly string[]])[] = [
  [{ text: 'echo two', plan: packed('c', 'e') }, ['the script']],
  [{ plan: packed('d') }, ['the files beside the script']],
  [{ event: { secrets: ['TOKEN'] } }, ['secrets']],
  [{ event: { timeoutMs: 1_000 }, plan: { spec: { ...plan.spec, timeoutMs: 1_000 } } }, ['timeout']],
  [{ plan: { spec: { ...plan.spec, env: { STAGE: 'prod' } } } }, ['env']],
  [{ event: { onSave: { globs: ['**/*.conf'] } } }, ['onSave']],
  [
    { plan: { jobs: [{ id: 'job', server: web1, own: { args: ['web1'], env: {} } }] } },
    ['what differs between the servers'],
  ],
  [{ plan: planOf([web1, serverOf('web2'), LOCAL]) }, ['now also on web2, local']],
  [{ plan: planOf([serverOf('web2')]) }, ['now also on web2', 'no longer on web1']],
  [{ plan: planOf([serverOf('web1', { address: 'root@elsewhere' })]) }, ['web1 is now root@elsewhere']],
];

test('versionOf() is another for every change of script, files, options and servers', () => {
  const hashes = [version(), ...changes.map(([change]) => version(change))].map(({ hash }) => hash);
  expect(new Set(hashes).size).toBe(hashes.length);
});

test('changesBetween() says in words what is different now', () => {
  expect(changes.map(([change]) => changesBetween(version(), version(change)))).toEqual(
    changes.map(([, words]) => words),
  );
  expect(changesBetween(version(), version())).toEqual([]);
});
