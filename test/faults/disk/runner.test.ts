import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { expect } from 'vitest';
import { outcomeOf, startLab } from '../../fixtures/lab.ts';
import { makeOtherRunners } from '../../fixtures/other-runners.ts';
import { fault } from '../fault.ts';
import { startGated } from '../lab/gate.ts';
import type { Random } from '../random.ts';

const RAN = { kind: 'succeeded', exitCode: 0 };
const RUNNERS = resolve(import.meta.dirname, '../../../dist/runners');

/** What is done to the runner's file, or to its folder. */
const DAMAGES: Readonly<Record<string, (file: string, random: Random) => void>> = {
  truncated: (file, random) => {
    const bytes = readFileSync(file);
    // A new file: the old one may be running still.
    rmSync(file);
    writeFileSync(file, bytes.subarray(0, random.whole(1, bytes.length - 1)), { mode: 0o500 });
  },
  'with a flipped bit': (file, random) => {
    const bytes = readFileSync(file);
    // Behind the headers, so that it may well be executed.
    const at = random.whole(0, bytes.length - 1);
    bytes[at] = (bytes[at] as number) ^ (1 << random.whole(0, 7));
    rmSync(file);
    writeFileSync(file, bytes, { mode: 0o500 });
  },
  // It runs as ever, and is another one.
  'with a byte more': (file) => {
    const bytes = readFileSync(file);
    rmSync(file);
    writeFileSync(file, Buffer.concat([bytes, Buffer.from('x')]), { mode: 0o500 });
  },
  'a directory': (file) => {
    rmSync(file);
    mkdirSync(file);
  },
  'a link to another program': (file) => {
    rmSync(file);
    symlinkSync('/bin/true', file);
  },
  'another program': (file) => {
    rmSync(file);
    writeFileSync(file, '#!/bin/sh\necho hello\n', { mode: 0o500 });
  },
  'of no bytes': (file) => {
    rmSync(file);
    writeFileSync(file, '', { mode: 0o500 });
  },
  'not executable': (file) => chmodSync(file, 0o400),
  'a link to a directory': (file) => {
    rmSync(file);
    symlinkSync('/tmp', file);
  },
  gone: (file) => rmSync(file),
};

fault(
  'F47',
  'a runner on the server that is damaged in any way is deployed anew, once, and never trusted',
  async ({ random }) => {
    await using lab = await startLab();
    const script = lab.script('it.sh', '#!/bin/sh\necho it runs\n');
    expect(outcomeOf(await lab.run(script, { on: ['web1'] }), 'web1')).toEqual(RAN);
    const bin = join(lab.servers[0]?.stateHome ?? '', 'cronium/bin');
    const [sha256 = ''] = readdirSync(bin);
    const file = join(bin, sha256, 'cronium-runner');
    for (const [title, damage] of Object.entries(DAMAGES)) {
      damage(file, random);
      const { code, stdout, stderr } = await lab.cli('run', script, '--on', 'web1');
      expect([code, stdout], `${title}: ${stderr}`).toEqual([0, 'web1 │ it runs\n']);
      const whole = readFileSync(file);
      expect(createHash('sha256').update(whole).digest('hex'), title).toBe(sha256);
      expect(readdirSync(join(bin, sha256)), title).toEqual(['cronium-runner', 'tools']);
    }
  },
  { isSeeded: true },
);

fault('F47', 'a runner that is removed in mid-run: the run goes on, and so does the next', async () => {
  await using lab = await startLab();
  const [server] = lab.servers;
  if (!server) throw new Error('There is no server');
  const running = startGated(lab);
  await running.atGate();
  rmSync(join(server.stateHome, 'cronium/bin'), { recursive: true });
  expect((await lab.cli('run', lab.script('it.sh', 'echo it runs\n'), '--on', 'web1')).stdout).toContain('it runs');
  await running.endsWhole({ run: 2 });
});

fault(
  'F48',
  'clients that deploy at once, of which some die half-way, leave one whole runner and no lock',
  async ({ random }) => {
    await using lab = await startLab();
    const script = lab.script('it.sh', '#!/bin/sh\necho it runs\n');
    const clients = Array.from({ length: 6 }, () => lab.start('run', script, '--on', 'web1'));
    const victims = [clients[0], clients[1]];
    for (const victim of victims) {
      // Within the time of a deploy, wherever that is then.
      await new Promise((go) => setTimeout(go, random.whole(200, 1_200)));
      victim?.child.kill('SIGKILL');
    }
    const ended = await Promise.all(clients.map((client) => client.ended));
    for (const { code, stderr } of ended.slice(2)) expect(code, stderr).toBe(0);
    const bin = join(lab.servers[0]?.stateHome ?? '', 'cronium/bin');
    const [sha256 = '', ...others] = readdirSync(bin);
    expect(others).toEqual([]);
    const file = readFileSync(join(bin, sha256, 'cronium-runner'));
    expect(createHash('sha256').update(file).digest('hex')).toBe(sha256);
    expect((await lab.cli('run', script, '--on', 'web1')).stdout).toBe('web1 │ it runs\n');
  },
  { isSeeded: true },
);

fault(
  'F49',
  'two versions live side by side: each uses its own, and a job of one outlives a deploy of the other',
  async () => {
    await using lab = await startLab();
    const [server] = lab.servers;
    if (!server) throw new Error('There is no server');
    const runnersDir = join(lab.folder, 'older-runners');
    makeOtherRunners(RUNNERS, runnersDir);
    const older = lab.engine({ runnersDir });
    const newer = lab.engine();
    const [web1] = await newer.selectServers(['web1']);
    if (!web1) throw new Error('There is no web1');
    const signal = AbortSignal.timeout(60_000);
    const hashes = [];
    for (const engine of [older, newer]) hashes.push((await engine.connect(web1, { signal })).runnerSha256);
    expect(readdirSync(join(server.stateHome, 'cronium/bin')).sort()).toEqual([...hashes].sort());
    const running = startGated(lab);
    await running.atGate();
    for (const engine of [older, newer]) {
      const plan = await lab.plan(engine, lab.script('it.sh', 'echo it runs\n'), ['web1']);
      const never = new AbortController().signal;
      for await (const event of engine.run(plan, { cancel: never, leave: never })) {
        if (event.type === 'settled') expect(event.outcome).toEqual(RAN);
      }
    }
    await running.endsWhole({ run: 3 });
    expect(existsSync(join(server.stateHome, 'cronium/bin', hashes[0] ?? '', 'cronium-runner'))).toBe(true);
  },
);
