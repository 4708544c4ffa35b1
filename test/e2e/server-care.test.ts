import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Cronium, KnownServer } from '../../src/app/cronium.ts';
import type { Server } from '../../src/domain/server.ts';
import { allOf, type Lab, outcomeOf, outputOf, signals, startLab } from '../fixtures/lab.ts';
import { makeOtherRunners } from '../fixtures/other-runners.ts';

const CURRENT = resolve(import.meta.dirname, '../../dist/runners');
const { signal } = new AbortController();

/** Says that it runs, and waits until the file exists that its argument names. */
const WAITING = '#!/bin/sh\necho waiting\nwhile ! [ -e "$1" ]; do sleep 0.05; done\necho done\n';

async function find(engine: Cronium, name: string): Promise<Server> {
  const [server] = await engine.selectServers([name]);
  if (!server) throw new Error(`There is no ${name}`);
  return server;
}

async function known(engine: Cronium, name: string): Promise<KnownServer | undefined> {
  return (await engine.knownServers()).find(({ server }) => server.name === name);
}

/** A run of a script that waits at a gate, begun and seen to wait. */
async function startWaiting(lab: Lab, engine: Cronium): Promise<{ openGate(): Promise<object | undefined> }> {
  const gate = join(lab.folder, 'gate');
  const plan = await lab.plan(engine, lab.script('waiting.sh', WAITING), ['web1'], { args: [gate] });
  const waiting = Promise.withResolvers<void>();
  const watch = async (): Promise<object | undefined> => {
    for await (const event of engine.run(plan, signals())) {
      if (event.type === 'output' && event.text.includes('waiting')) waiting.resolve();
      if (event.type === 'settled') return event.outcome;
    }
    return undefined;
  };
  const ended = watch();
  await Promise.race([waiting.promise, ended]);
  return {
    openGate: () => {
      writeFileSync(gate, '');
      return ended;
    },
  };
}

describe('connect()', () => {
  test('says what answered, is shared with what follows, and ends with disconnect()', async () => {
    await using lab = await startLab();
    const engine = lab.engine();
    const web1 = await find(engine, 'web1');
    expect(await known(engine, 'web1')).toEqual({ server: web1, origin: 'ssh', state: 'unknown' });
    const connecting = engine.connect(web1, { signal });
    expect(await known(engine, 'web1')).toMatchObject({ state: 'connecting' });
    const facts = await connecting;
    expect(facts).toMatchObject({ platform: expect.stringMatching(/^linux\//), base: `${baseOf(lab)}` });
    expect(facts.tookMs).toBeGreaterThan(0);
    expect(await known(engine, 'web1')).toMatchObject({
      state: 'connected',
      platform: facts.platform,
      seenAt: expect.any(Number),
      runner: { sha256: facts.runnerSha256, version: facts.runnerVersion, state: 'active' },
    });
    expect(await engine.connect(web1, { signal })).toEqual({ ...facts, tookMs: 0 });
    const plan = await lab.plan(engine, lab.script('hi.sh', 'echo hi\n'), ['web1']);
    expect(outputOf(await allOf(engine.run(plan, signals())), 'web1')).toBe('hi\n');
    expect([lab.servers[0]?.connections(), lab.servers[0]?.sessions()]).toEqual([1, 1]);

    expect(await engine.disconnect(web1)).toBe(true);
    expect(await known(engine, 'web1')).toMatchObject({ state: 'unknown', platform: facts.platform });
    await engine.connect(web1, { signal });
    expect(lab.servers[0]?.connections()).toBe(2);
  });

  test('that fails leaves the reason at the server until the next one', async () => {
    await using lab = await startLab();
    const engine = lab.engine();
    const web1 = await find(engine, 'web1');
    await lab.servers[0]?.stop();
    const failing = engine.connect(web1, { signal });
    await expect(failing).rejects.toMatchObject({ code: expect.stringMatching(/^connect\//) });
    const { message } = (await failing.catch((error: unknown) => error)) as Error;
    expect(await known(engine, 'web1')).toEqual({ server: web1, origin: 'ssh', state: 'failed', problem: message });
  });
});

test('disconnect() leaves a connection that a job of this process uses', async () => {
  await using lab = await startLab();
  const engine = lab.engine();
  const web1 = await find(engine, 'web1');
  const waiting = await startWaiting(lab, engine);
  expect(await engine.disconnect(web1)).toBe(false);
  expect(await waiting.openGate()).toEqual({ kind: 'succeeded', exitCode: 0 });
});

test('health() says what the server has to do, and is kept with its time', async () => {
  await using lab = await startLab();
  const engine = lab.engine();
  const web1 = await find(engine, 'web1');
  expect(await engine.health(web1, { signal })).toMatchObject({ jobs: 0 });
  const waiting = await startWaiting(lab, engine);
  const health = await engine.health(web1, { signal });
  expect(health).toMatchObject({ jobs: 1, disk: { total: expect.any(Number), free: expect.any(Number) } });
  expect(health.cores).toBeGreaterThanOrEqual(1);
  expect(health.memory?.available).toBeLessThanOrEqual(health.memory?.total ?? 0);
  expect((await known(engine, 'web1'))?.health).toEqual({ at: expect.any(Number), health });
  await waiting.openGate();
});

describe('runner versions', () => {
  /** A lab whose server has two versions: an older one, and ours, which is active. */
  async function startWithTwo(): Promise<{ lab: Lab; engine: Cronium; web1: Server; older: string; current: string }> {
    const lab = await startLab();
    const runnersDir = join(lab.folder, 'older-runners');
    makeOtherRunners(CURRENT, runnersDir);
    const before = lab.engine({ runnersDir });
    const web1 = await find(before, 'web1');
    const { runnerSha256: older } = await before.connect(web1, { signal });
    await before.disconnect(web1);
    const engine = lab.engine();
    const { runnerSha256: current } = await engine.connect(web1, { signal });
    return { lab, engine, web1, older, current };
  }

  /** `[hash, state]` of what is known to be on the server, the newest first. */
  function states(engine: Cronium): [string, string][] {
    return engine.deployments().map(({ sha256, state }) => [sha256, state]);
  }

  test('rollBack() is used by this process and by others, until the next deploy()', async () => {
    const { lab, engine, web1, older, current } = await startWithTwo();
    await using _lab = lab;
    expect(states(engine)).toEqual([
      [current, 'active'],
      [older, 'idle'],
    ]);
    const other = lab.engine();
    expect((await other.connect(web1, { signal })).runnerSha256).toBe(current);

    expect(await engine.rollBack(web1, older, { signal })).toMatchObject({ sha256: older, state: 'active' });
    expect(states(engine).sort()).toEqual(
      [
        [older, 'active'],
        [current, 'idle'],
      ].sort(),
    );
    expect((await engine.connect(web1, { signal })).runnerSha256).toBe(older);
    expect((await other.connect(web1, { signal })).runnerSha256).toBe(older);
    const { stderr } = await lab.cli('--verbose', 'run', lab.script('hi.sh', 'echo hi\n'), '--on', 'web1');
    expect(stderr).not.toContain('deploying');
    const plan = await lab.plan(other, lab.script('hi.sh', 'echo hi\n'), ['web1']);
    expect(outputOf(await allOf(other.run(plan, signals())), 'web1')).toBe('hi\n');

    expect(await engine.deploy(web1, { signal })).toMatchObject({ sha256: current, state: 'active' });
    expect((await other.connect(web1, { signal })).runnerSha256).toBe(current);
    expect((await known(other, 'web1'))?.runner?.sha256).toBe(current);
  });

  test('rollBack() to a version that is gone says so and changes nothing', async () => {
    const { lab, engine, web1, older, current } = await startWithTwo();
    await using _lab = lab;
    await lab.engine().removeRunner(web1, older, { signal });
    expect(states(engine)).toEqual([[current, 'active']]);
    await expect(engine.rollBack(web1, older, { signal })).rejects.toMatchObject({ code: 'deploy/gone' });
    expect((await engine.connect(web1, { signal })).runnerSha256).toBe(current);
  });

  test('rollBack() to a version that somebody else has removed says so and forgets it', async () => {
    const { lab, engine, web1, older, current } = await startWithTwo();
    await using _lab = lab;
    // Another installation looks after the same account.
    await using elsewhere = await startLab({ sharing: lab });
    await elsewhere.engine().removeRunner(web1, older, { signal });
    await expect(engine.rollBack(web1, older, { signal })).rejects.toMatchObject({ code: 'deploy/gone' });
    expect(states(engine)).toEqual([[current, 'active']]);
    expect((await engine.connect(web1, { signal })).runnerSha256).toBe(current);
  });

  test('removeRunner() leaves a version that a script needs', async () => {
    const { lab, engine, web1, older, current } = await startWithTwo();
    await using _lab = lab;
    const waiting = await startWaiting(lab, engine);
    await expect(engine.removeRunner(web1, current, { signal })).rejects.toMatchObject({ code: 'deploy/busy' });
    await engine.removeRunner(web1, older, { signal });
    expect(readdirSync(join(baseOf(lab), 'bin'))).toEqual([current]);
    expect(await waiting.openGate()).toEqual({ kind: 'succeeded', exitCode: 0 });
  });
});

describe('clean()', () => {
  test('removes all that no running script needs; the next run brings what it needs again', async () => {
    await using lab = await startLab();
    const engine = lab.engine();
    const web1 = await find(engine, 'web1');
    const script = lab.script('hi.sh', 'echo hi\n');
    const run = async (): Promise<string> =>
      outputOf(await allOf(engine.run(await lab.plan(engine, script, ['web1']), signals())), 'web1');
    expect(await run()).toBe('hi\n');
    const { base, items } = await engine.inventory(web1, { signal });
    expect(base).toBe(baseOf(lab));
    expect(new Set(items.map(({ kind }) => kind))).toEqual(new Set(['runner', 'payload', 'job']));

    const cleaned = await engine.clean(web1, { signal });
    expect(cleaned.items.map(({ kind }) => kind)).toContain('payload');
    expect(existsSync(join(base, 'bin')) ? readdirSync(join(base, 'bin')) : []).toEqual([]);
    expect(engine.deployments()).toEqual([]);
    expect(await run()).toBe('hi\n');
    expect(engine.deployments()).toMatchObject([{ server: 'web1', state: 'active' }]);
  });

  test('leaves what a running script needs', async () => {
    await using lab = await startLab();
    const engine = lab.engine();
    const web1 = await find(engine, 'web1');
    const waiting = await startWaiting(lab, engine);
    const { kept } = await engine.clean(web1, { signal });
    expect(kept.map(({ kind }) => kind).sort()).toEqual(['job', 'payload', 'runner']);
    expect(engine.deployments()).toMatchObject([{ state: 'active' }]);
    expect(await waiting.openGate()).toEqual({ kind: 'succeeded', exitCode: 0 });
  });

  test('brings the logs home first that are on the server alone', async () => {
    await using lab = await startLab();
    const gate = join(lab.folder, 'gate');
    const script = lab.script('waiting.sh', WAITING);
    const running = lab.start('run', script, '--on', 'web1', '--', gate);
    await running.saw('waiting');
    running.child.kill('SIGKILL');
    await running.ended;
    const engine = lab.engine();
    const web1 = await find(engine, 'web1');
    writeFileSync(gate, '');
    const ended = async (): Promise<boolean> => (await engine.health(web1, { signal })).jobs === 0;
    await expect.poll(ended, { timeout: 10_000 }).toBe(true);
    await engine.clean(web1, { signal });
    const run = engine.runs()[0];
    if (!run) throw new Error('There is no run');
    expect(run.jobs[0]?.outcome).toEqual({ kind: 'succeeded', exitCode: 0 });
    expect(outputOf(await allOf(engine.follow(run.id, signals())), 'web1')).toBe('waiting\ndone\n');
  });
});

describe('the servers of the settings', () => {
  test('stand beside the others, each with its origin', async () => {
    await using lab = await startLab();
    writeFileSync(join(lab.folder, 'config.yaml'), 'servers: {db: {host: web1, tags: [back]}}\ngroups: {all: [db]}\n');
    const settings = { servers: { front: { host: 'web1', protected: true }, db: { host: 'other' } }, groups: {} };
    const engine = lab.engine({ settings: () => settings });
    const names = (await engine.knownServers()).map(({ server, origin }) => `${server.name} ${origin}`);
    expect(names).toEqual(['local local', 'front settings', 'db settings', 'web1 ssh']);
    expect(await engine.groups()).toEqual({ all: ['db'] });
    expect(await engine.selectServers(['front', '@all'])).toMatchObject([
      { name: 'front', isProtected: true },
      { name: 'db', address: 'other' },
    ]);
    // By its address, a server is no less protected than by its name.
    expect(await engine.selectServers(['web1'])).toMatchObject([{ name: 'web1', isProtected: true }]);
    const plan = await lab.plan(engine, lab.script('hi.sh', 'echo hi\n'), ['front']);
    expect(plan.jobs[0]?.server.isProtected).toBe(true);
    expect(outcomeOf(await allOf(engine.run(plan, signals())), 'front')).toMatchObject({ kind: 'succeeded' });
  });

  test('stop with the setting that is wrong', async () => {
    await using lab = await startLab({ servers: 0 });
    const check = async (settings: object, name: string): Promise<void> =>
      await expect(lab.engine({ settings: () => settings }).servers()).rejects.toMatchObject({
        code: 'settings/servers',
        message: expect.stringContaining(name),
      });
    await check({ servers: { web: { hosts: 'x' } } }, 'cronium.servers → web');
    await check({ groups: { all: { of: 'web' } } }, 'cronium.groups → all');
  });
});

/** The folder with all of ours on the first server of the lab. */
function baseOf(lab: Lab): string {
  return join(lab.servers[0]?.stateHome ?? '', 'cronium');
}
