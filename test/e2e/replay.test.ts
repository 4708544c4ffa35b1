import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Cronium } from '../../src/app/cronium.ts';
import type { RunRecord } from '../../src/domain/run.ts';
import { allOf, jsonLines, type Lab, outputOf, signals, startLab } from '../fixtures/lab.ts';

let lab: Lab;
let engine: Cronium;
const { signal } = new AbortController();
beforeAll(async () => {
  lab = await startLab({ servers: 2 });
  engine = lab.engine({ prompts: { askSecret: async () => 'correct-horse' } });
});
afterAll(() => lab[Symbol.asyncDispose]());

function newest(): RunRecord {
  const [run] = engine.runs();
  if (!run) throw new Error('There is no run');
  return run;
}

/** Runs a script in a process of its own; its run. */
async function run(script: string, ...args: string[]): Promise<RunRecord> {
  await lab.cli('run', script, ...args);
  return newest();
}

const TELLING = `#!/bin/sh
# cronium:
#   servers: [web1, web2]
#   secrets: [TOKEN]
#   env: {WHERE: "\${server.name}"}
#   inputs: {branch: {default: main}}
TOKEN=$(cronium.secret TOKEN)
printf '%s|' "$@" "$WHERE" "$EXTRA" "$CRONIUM_INPUT" "\${#TOKEN}"
`;

test('a replay runs the script of then with the arguments, environment and input of then; secrets are asked again', async () => {
  const script = lab.script('telling.sh', TELLING.replace('telling', 'then'));
  const plan = await lab.plan(engine, script, ['web1', 'web2'], {
    args: ['a b', "it's"],
    env: { EXTRA: 'x y' },
    input: { deep: [1] },
    trigger: 'task',
  });
  const then = await allOf(engine.run(plan, signals()));
  expect(outputOf(then, 'web2')).toBe('a b|it\'s|web2|x y|{"deep":[1]}|13|');
  lab.script('telling.sh', '#!/bin/sh\necho something else\n');

  const other = lab.engine({ prompts: { askSecret: async () => 'another' } });
  const replay = await other.planReplay(plan.id, { signal });
  const now = await allOf(other.run(replay, signals()));
  expect(outputOf(now, 'web1')).toBe('a b|it\'s|web1|x y|{"deep":[1]}|7|');
  expect(outputOf(now, 'web2')).toBe('a b|it\'s|web2|x y|{"deep":[1]}|7|');
  const [first, second] = [engine.findRun(plan.id), engine.findRun(replay.id)];
  expect([first.trigger, second.trigger, second.replayOf]).toEqual(['task', 'person', plan.id]);
  expect([second.payloadSha256, second.scriptSha256]).toEqual([first.payloadSha256, first.scriptSha256]);
});

test('cronium replay runs on the servers of then, or some of them', async () => {
  const then = await run(lab.script('hi.sh', '#!/bin/sh\necho "hi $1"\n'), '--on', 'web1,web2', '--', 'there');
  rmSync(join(lab.folder, 'hi.sh'));
  const all = await lab.cli('replay', then.id.slice(0, 8));
  expect([all.code, all.stdout.split('\n').sort()]).toEqual([0, ['', 'web1 │ hi there', 'web2 │ hi there']]);
  const one = await lab.cli('replay', then.id, '--on', 'web2', '--json');
  expect(jsonLines(one.stdout)[0]?.servers).toEqual(['web2']);
  expect(jsonLines((await lab.cli('runs', '--json')).stdout)[0]).toMatchObject({
    replayOf: then.id,
    trigger: 'terminal',
  });
  const none = await lab.cli('replay', then.id, '--on', 'db');
  expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('it was on web1, web2')]);
});

test('what is pruned is gone, with its log and payload, and cannot be replayed', async () => {
  const old = await run(lab.script('old.sh', '#!/bin/sh\necho old\n'), '--on', 'web1');
  const logs = (): string[] => readdirSync(join(lab.dataDir, 'logs'));
  expect(logs()).toContain(old.jobs[0]?.id);
  const kept = await run(lab.script('kept.sh', '#!/bin/sh\necho kept\n'), '--on', 'web1');
  expect(await engine.prune({ maxRuns: 1, maxAgeMs: 1_000_000 })).toBeGreaterThan(0);
  expect(engine.runs().map(({ id }) => id)).toEqual([kept.id]);
  expect(logs()).toEqual(kept.jobs.map(({ id }) => id));
  await expect(engine.planReplay(old.id, { signal })).rejects.toMatchObject({ code: 'run/unknown' });
  expect((await lab.cli('logs', kept.id)).stdout).toBe('web1 │ kept\n');

  rmSync(join(lab.dataDir, 'payloads', `${kept.payloadSha256}.tar.gz`));
  await expect(engine.planReplay(kept.id, { signal })).rejects.toMatchObject({ code: 'run/replay' });
  await engine.forgetRun(kept.id);
  expect([engine.runs(), logs()]).toEqual([[], []]);
});

test('who watches hears of runs of another process, and nobody else does', async () => {
  const watching = lab.engine();
  const idle = lab.engine();
  let heard = 0;
  let heardIdle = 0;
  watching.onDidChange(() => heard++);
  idle.onDidChange(() => heardIdle++);
  const changed = Promise.withResolvers<void>();
  watching.onDidChange(() => changed.resolve());
  using _watch = watching.watch();
  const script = lab.script('many.sh', '#!/bin/sh\necho hi\n');
  await lab.cli('run', script, '--on', 'web1,web2');
  await changed.promise;
  expect(watching.runs()[0]?.jobs.map(({ outcome }) => outcome?.kind)).toEqual(['succeeded', 'succeeded']);
  // A change is told, not each of its writes.
  expect(heard).toBeLessThan(20);
  expect(heardIdle).toBe(0);
});
