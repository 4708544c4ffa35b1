import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { behind, type Chaos, startChaos } from '../faults/lab/chaos.ts';
import { until } from '../faults/lab/until.ts';
import { allOf, jsonLines, type Lab, outcomeOf, outputOf, signals, startLab } from '../fixtures/lab.ts';
import { TWELVE } from './helper-twelve.ts';

/** Servers each behind a line that can be cut. */
async function startCuttable(servers: number): Promise<{ readonly lab: Lab; readonly lines: readonly Chaos[] }> {
  const lines: Chaos[] = [];
  const lab = await startLab({
    servers,
    reach: async (server) => {
      const line = await startChaos(server);
      lines.push(line);
      return behind(server, line);
    },
  });
  return { lab, lines };
}

for (const [dialect, { name, text }] of Object.entries(TWELVE)) {
  test(`twelve lines of ${dialect} on three servers, the network cut in their middle: each value has its effect once`, async () => {
    const { lab, lines } = await startCuttable(3);
    await using _lab = lab;
    expect(text.trimEnd().split('\n')).toHaveLength(12);
    const gate = join(lab.folder, 'gate');
    const running = lab.start(
      ...['run', lab.script(name, text), '--on', 'web*', '--json', '--input', '{"version":"1.10"}', '--', gate],
    );
    await running.saw('installing 1.10', 3);
    expect(listening(running.child.pid)).toEqual([]);
    // No new connection gets through, and those that stand are reset: the scripts go on with nobody at the other end.
    for (const line of lines) {
      line.rules = () => 'refuse';
      line.break('reset');
    }
    writeFileSync(gate, '');
    await until(() => lab.servers.every(({ stateHome }) => spoolHolds(stateHome, '"last-release"')));
    for (const line of lines) line.rules = () => ({});
    const { code, stdout, stderr } = await running.ended;
    expect(code, `${stdout}${stderr}`).toBe(0);
    const [{ id } = {}] = jsonLines((await lab.cli('runs', '--json')).stdout);
    await using engine = lab.engine();
    const outputs = { installed: '1.10', done: true };
    expect(engine.outputs(String(id))).toEqual({ web1: outputs, web2: outputs, web3: outputs });
    const variables = engine.variables().map(({ scope, owner, name: of, value, version }) => ({
      [`${scope} ${of} ${scope === 'server' ? owner : ''}`]: [value, version],
    }));
    expect(Object.assign({}, ...variables)).toEqual({
      'server last-release web1': ['1.10', 1],
      'server last-release web2': ['1.10', 1],
      'server last-release web3': ['1.10', 1],
      'workspace releases ': [3, 3],
    });
    for (const line of lines) await line[Symbol.asyncDispose]();
  });
}

/** The ports, of IPv4 and IPv6, on which a process listens. */
function listening(pid: number | undefined): string[] {
  const fds = `/proc/${pid}/fd`;
  const own = readdirSync(fds).map((fd) => /^socket:\[(\d+)\]$/.exec(readlinkSync(join(fds, fd)))?.[1]);
  expect(own.filter((inode) => inode !== undefined)).not.toEqual([]);
  return ['tcp', 'tcp6'].flatMap((family) => {
    const rows = readFileSync(`/proc/${pid}/net/${family}`, 'utf8').trim().split('\n').slice(1);
    const fields = rows.map((row) => row.trim().split(/\s+/));
    return fields
      .filter(([, , , state, , , , , , inode]) => state === '0A' && own.includes(inode))
      .map(([, door]) => `${door}`);
  });
}

/** Whether a job's log on the server has such bytes. */
function spoolHolds(stateHome: string, text: string): boolean {
  const jobs = join(stateHome, 'cronium/jobs');
  return readdirSync(jobs).some((job) =>
    readdirSync(join(jobs, job, 'spool')).some((name) =>
      readFileSync(join(jobs, job, 'spool', name), 'latin1').includes(text),
    ),
  );
}

test('50 jobs that count on one variable at the same time lose nothing', async () => {
  await using lab = await startLab({ servers: 5 });
  const script = lab.script(
    'count.sh',
    `#!/bin/sh
while :; do
  count=$(cronium.getVariable hits --default 0)
  cronium.setVariable hits $((count + 1)) --json --if-unchanged && exit 0
  code=$?
  [ $code = 4 ] || exit $code
done
`,
  );
  // One process for all runs, as a window is; ten jobs on each server.
  await using engine = lab.engine();
  const plans = await Promise.all(Array.from({ length: 10 }, () => lab.plan(engine, script, ['web*'])));
  const ends = await Promise.all(plans.map(async (plan) => await allOf(engine.run(plan, signals()))));
  for (const events of ends) {
    for (const server of ['web1', 'web2', 'web3', 'web4', 'web5']) {
      expect(outcomeOf(events, server), outputOf(events, server, 'stderr')).toMatchObject({ kind: 'succeeded' });
    }
  }
  expect(engine.variables()).toMatchObject([{ name: 'hits', value: 50, version: 50 }]);
}, 300_000);
