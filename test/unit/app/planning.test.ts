import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { PlanOptions } from '../../../src/app/cronium.ts';
import { GitAnswers } from '../../../src/app/git-answers.ts';
import { nodeFiles } from '../../../src/app/node-files.ts';
import { type PlanningDeps, planRun } from '../../../src/app/planning.ts';
import type { ScriptEvent } from '../../../src/domain/event.ts';
import type { RunPlan } from '../../../src/domain/run.ts';
import { serverOf } from '../store/plan.ts';
import { tempDir } from '../store/temp-dir.ts';

const { signal } = new AbortController();

/** A folder with a script, and what plans it. */
function fixture(): Disposable & {
  readonly path: string;
  plan(event?: Partial<ScriptEvent>, options?: Partial<PlanOptions>, deps?: Partial<PlanningDeps>): Promise<RunPlan>;
} {
  const dir = tempDir();
  writeFileSync(join(dir.path, 'a.sh'), '#!/bin/sh\necho a\n');
  return {
    ...dir,
    plan: (event = {}, options = {}, deps = {}) =>
      planRun(
        {
          id: 'a.sh',
          name: 'Do a',
          script: { root: dir.path, path: 'a.sh' },
          servers: ['web-1'],
          tags: [],
          args: [],
          env: {},
          files: [],
          retries: 2,
          overlap: 'skip',
          inputs: [],
          onDisconnect: { kind: 'continue' },
          secrets: [],
          ...event,
        },
        { signal, ...options },
        {
          payloadsDir: join(dir.path, 'payloads'),
          files: nodeFiles,
          env: {},
          homeDir: dir.path,
          gitAnswers: new GitAnswers(),
          prompts: {},
          chooseServers: async (selectors) => selectors.map(serverOf),
          ...deps,
        },
      ),
    [Symbol.dispose]: dir[Symbol.dispose],
  };
}

test('planRun() takes limits from the person, else the event, else the settings, else our own', async () => {
  using made = fixture();
  const defaults = { timeoutMs: 3_000, parallel: 3 };
  const check = async (
    event: Partial<ScriptEvent>,
    options: Partial<PlanOptions>,
    expected: unknown,
  ): Promise<void> => {
    const { spec, parallel } = await made.plan(event, options);
    expect([spec.timeoutMs, parallel]).toEqual(expected);
  };
  await check({}, {}, [3_600_000, 32]);
  await check({}, { defaults }, [3_000, 3]);
  await check({}, { defaults: { parallel: 3 } }, [3_600_000, 3]);
  await check({ timeoutMs: 2_000, parallel: 2 }, { defaults }, [2_000, 2]);
  await check({ timeoutMs: 2_000, parallel: 2 }, { defaults, timeoutMs: 1_000, parallel: 1 }, [1_000, 1]);
});

test('planRun() says whose run it is, by whom, and from which commit', async () => {
  using made = fixture();
  expect(await made.plan()).toMatchObject({ trigger: 'person', overlap: 'skip', retries: 2, script: { path: 'a.sh' } });
  expect(await made.plan()).not.toHaveProperty('git');
  const git = (...args: string[]): string => execFileSync('git', ['-C', made.path, ...args], { encoding: 'utf8' });
  git('init', '--quiet');
  git('add', 'a.sh');
  git('-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '--quiet', '--message', 'first');
  const commit = git('rev-parse', 'HEAD').trim();
  const plan = await made.plan({}, { trigger: 'save' });
  expect([plan.trigger, plan.git]).toEqual(['save', { commit, isDirty: false }]);
  expect((await made.plan({}, { text: 'echo b\n' })).git).toEqual({ commit, isDirty: true });
  writeFileSync(join(made.path, 'new.txt'), '');
  expect((await made.plan({ files: ['*.txt'] })).git).toEqual({ commit, isDirty: true });
});

test('planRun() gives a job what is its own, and packs what is the same for all runs', async () => {
  using made = fixture();
  const event = { servers: ['web-1', 'web-2'], args: ['${server.name}', '${input:x}'], inputs: [{ id: 'x' }] };
  const first = await made.plan(event, { inputs: { x: '1' } });
  const second = await made.plan(event, { inputs: { x: '2' } });
  expect(first.jobs.map(({ own }) => own)).toEqual([
    { args: ['web-1', '1'], env: {} },
    { args: ['web-2', '1'], env: {} },
  ]);
  expect(second.payload.sha256).toBe(first.payload.sha256);
});

test('planRun() stops at a variable without a value before it has packed or asked anything', async () => {
  using made = fixture();
  const askSecret = async (): Promise<never> => {
    throw new Error('Nobody is asked');
  };
  const planning = made.plan({ args: ['${env:NOPE}'], secrets: ['TOKEN'] }, {}, { prompts: { askSecret } });
  await expect(planning).rejects.toMatchObject({
    code: 'event/variable',
    message: expect.stringContaining('${env:NOPE}'),
  });
  expect(existsSync(join(made.path, 'payloads')) ? readdirSync(join(made.path, 'payloads')) : []).toEqual([]);
});

test('planRun() asks for a secret by the name under which it may be remembered', async () => {
  using made = fixture();
  const asked: unknown[] = [];
  const askSecret = async (prompt: string, options: { subject?: string }): Promise<string> => {
    asked.push([prompt, options.subject]);
    return 'typed';
  };
  const { spec } = await made.plan({ secrets: ['A', 'B'] }, {}, { env: { B: 'known' }, prompts: { askSecret } });
  expect(spec.secrets).toEqual({ A: 'typed', B: 'known' });
  expect(asked).toEqual([['Secret A of "Do a"', expect.stringMatching(/^secret A of a\.sh in \S+$/)]]);
});

test('planRun() refuses what does not fit into a start, also of one server alone', async () => {
  using made = fixture();
  const large = 'x'.repeat(60_000);
  await expect(made.plan({}, { args: [large] })).rejects.toMatchObject({ code: 'run/size' });
  const inputs = [{ id: 'x', default: large }];
  const event = { args: ['${server.name}${input:x}'], inputs };
  await expect(made.plan(event)).rejects.toMatchObject({ code: 'run/size' });
});
