import dns from 'node:dns';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, vi } from 'vitest';
import type { Cronium } from '../../../src/app/cronium.ts';
import type { RunEvent } from '../../../src/domain/run-event.ts';
import { signals } from '../../fixtures/lab.ts';
import { fault } from '../fault.ts';
import { type ChaosLab, startChaosLab } from '../lab/chaos-lab.ts';
import { checkRun, TRUTH } from '../lab/check.ts';

const SUCCEEDED = { kind: 'succeeded', exitCode: 0 };

/** Waits until `$2` exists. */
const WAITING = `${TRUTH}
say begun
until [ -e "$2" ]; do sleep 0.05; done
say over
`;

/** A run of the waiting script in this process, on `web1`. */
async function begin(lab: ChaosLab, engine: Cronium) {
  const truth = join(lab.folder, 'truth');
  const gate = join(lab.folder, 'gate');
  const plan = await lab.plan(engine, lab.script('waiting.sh', WAITING), ['web1'], { args: [truth, gate] });
  const events: RunEvent[] = [];
  const waiters = new Set<() => void>();
  const ended = (async () => {
    for await (const event of engine.run(plan, signals())) {
      events.push(event);
      for (const waiter of waiters) waiter();
    }
  })();
  const saw = (wanted: (event: RunEvent) => boolean): Promise<void> =>
    new Promise((found) => {
      const look = (): void => {
        if (!events.some(wanted)) return;
        waiters.delete(look);
        found();
      };
      waiters.add(look);
      look();
    });
  const check = async () => {
    writeFileSync(gate, '');
    await ended;
    await checkRun(lab, { sshd: lab.server, truth, outcome: SUCCEEDED });
  };
  return { events, ended, saw, check, truth, gate };
}

const isDetached = (event: RunEvent): boolean => event.type === 'phase' && event.phase === 'detached';
const hasBegun = (event: RunEvent): boolean => event.type === 'output' && event.text.includes('begun');

/** Pauses are as long as they can be: 0.5, 1, 2, 4, 8, 16 and then 30 s. */
function longestPauses(): void {
  const random = vi.spyOn(Math, 'random').mockReturnValue(0.999);
  onTestFinished(() => random.mockRestore());
}

fault('F09', 'a lost server is tried at once when another one answers, or when somebody asks', async () => {
  // Before there is an engine, which takes its chance along: a short pause would bring the server back before anybody asks.
  longestPauses();
  await using lab = await startChaosLab({ servers: 2 });
  const engine = lab.engine();
  const run = await begin(lab, engine);
  await run.saw(hasBegun);
  lab.chaos.rules = () => 'refuse';
  lab.chaos.break('reset');
  await lab.chaos.reached(1 + 4);
  // 8 s begin now. A pause that has only begun goes on when another server answers, so let it grow older.
  await delay(3_000);
  const [web2] = await engine.selectServers(['web2']);
  if (!web2) throw new Error('There is no web2');
  const began = performance.now();
  await engine.connect(web2, { signal: new AbortController().signal });
  await lab.chaos.reached(1 + 5);
  expect(performance.now() - began).toBeLessThan(4_500);
  // Now 16 s.
  lab.chaos.rules = () => ({});
  while (!engine.retryNow({ servers: ['web1'] })) await delay(20);
  await lab.chaos.reached(1 + 6);
  expect(performance.now() - began).toBeLessThan(12_000);
  await run.check();
  expect(run.events.filter(isDetached)).toHaveLength(1);
});

fault('F09', 'while no name can be looked up, a job is not given up', async () => {
  await using lab = await startChaosLab();
  const config = readFileSync(lab.sshConfigFile, 'utf8');
  const named = `HostName far.example\n  HostKeyAlias [127.0.0.1]:${lab.chaos.port}`;
  writeFileSync(lab.sshConfigFile, config.replace('HostName 127.0.0.1', named));
  let isOffline = false;
  const lookup = vi.spyOn(dns, 'lookup').mockImplementation(((
    host: string,
    _options: object,
    done: (error: Error | null, found?: unknown) => void,
  ) => {
    if (isOffline) done(Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: 'ENOTFOUND' }));
    else done(null, [{ address: '127.0.0.1', family: 4 }]);
  }) as never);
  onTestFinished(() => lookup.mockRestore());
  const engine = lab.engine();
  const run = await begin(lab, engine);
  await run.saw(hasBegun);
  isOffline = true;
  lab.chaos.break('reset');
  await run.saw((event) => event.type === 'note' && /"far.example" has no address; trying again/.test(event.message));
  isOffline = false;
  await run.check();
});

fault('F09', 'a key that is refused ends the tries with a sentence; the job is found again later', async () => {
  await using lab = await startChaosLab();
  const engine = lab.engine();
  const run = await begin(lab, engine);
  await run.saw(hasBegun);
  const keys = join(lab.server.folder, 'authorized_keys');
  renameSync(keys, `${keys}.away`);
  lab.chaos.break('reset');
  await run.ended;
  const notes = run.events.flatMap((event) => (event.type === 'note' ? [event.message] : []));
  expect(notes.join('\n')).toMatch(/Cannot reattach: Cannot log in to "web1"/);
  expect(lab.chaos.connections).toBe(2);
  renameSync(`${keys}.away`, keys);
  await run.check();
});
