import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { jsonLines, type Lab, startLab } from '../fixtures/lab.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await startLab({ servers: 2 });
});
afterAll(() => lab[Symbol.asyncDispose]());

function configure(text: string): Disposable {
  const file = join(lab.folder, 'config.yaml');
  writeFileSync(file, text);
  return { [Symbol.dispose]: () => writeFileSync(file, '') };
}

describe('cronium run', () => {
  test('takes an event of cronium.yaml by its name when there is no such file', async () => {
    lab.script('ops/restart.sh', '#!/bin/sh\necho "$1 on $CRONIUM_SERVER"\n');
    const events = 'events:\n  restart:\n    script: ops/restart.sh\n    servers: web1\n    args: [restarted]\n';
    writeFileSync(join(lab.folder, 'cronium.yaml'), events);
    const found = await lab.cli('run', 'restart');
    expect([found.code, found.stdout]).toEqual([0, 'web1 │ restarted on web1\n']);
    const missing = await lab.cli('run', 'restrat');
    expect(missing.code).toBe(2);
    expect(missing.stderr).toContain('Cannot run "restrat": there is no such file');
    expect(missing.stderr).toContain('did you mean "restart"?');
  });

  test('shows no escape sequence of a name that a workspace chose', async () => {
    const script = lab.script(
      'named.sh',
      '#!/bin/sh\n# cronium:\n#   name: "\\e[31mred\\e]0;title\\a"\n#   servers: web1\n:\n',
    );
    const { code, stderr } = await lab.cli('run', script);
    const { stdout } = await lab.cli('runs');
    expect(code).toBe(0);
    for (const shown of [stderr, stdout])
      expect([shown.includes('red'), shown.includes('\x1b')]).toEqual([true, false]);
  });

  test('takes answers for inputs, else their defaults, and names one that is missing before it connects', async () => {
    const script = lab.script(
      'inputs.sh',
      '#!/bin/sh\n# cronium:\n#   servers: web2\n#   args: ["${input:branch}", "${input:level}"]\n#   inputs:\n#     branch: {}\n#     level: {default: low, options: [low, high]}\necho "$@"\n',
    );
    const missing = await lab.cli('run', script);
    expect([missing.code, missing.stderr]).toEqual([2, expect.stringContaining('"${input:branch}" in "args[0]"')]);
    expect(lab.servers[1]?.connections()).toBe(0);
    const set = await lab.cli('run', script, '--set', 'branch=a=b', '--json');
    expect(jsonLines(set.stdout).find(({ type }) => type === 'output')?.text).toBe('a=b low\n');
    const wrong = await lab.cli('run', script, '--set', 'branch=a', '--set', 'level=top');
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('low, high')]);
    const unknown = await lab.cli('run', script, '--set', 'brunch=a');
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('the event asks for branch, level')]);
    const replaced = await lab.cli('run', script, '--', 'given');
    expect([replaced.code, replaced.stdout]).toEqual([0, 'web2 │ given\n']);
  });

  test('does not run on a protected server when nobody can be asked, but with --yes', async () => {
    using _configuration = configure('servers:\n  web1: {protected: true}\n  two: {host: web2}\n');
    const script = lab.script('hi.sh', '#!/bin/sh\necho hi\n');
    const refused = await lab.cli('run', script, '--on', 'web1,two');
    expect([refused.code, refused.stdout]).toEqual([2, '']);
    expect(refused.stderr).toContain('Cannot run "hi.sh" on web1: protected servers are confirmed');
    expect(refused.stderr).toContain('--yes');
    expect((await lab.cli('run', script, '--on', 'two')).code).toBe(0);
    expect((await lab.cli('run', script, '--on', 'web1,two', '--yes')).code).toBe(0);
    const [run] = jsonLines((await lab.cli('runs', '--json')).stdout);
    const replay = await lab.cli('replay', String(run?.id));
    expect([replay.code, replay.stderr]).toEqual([2, expect.stringContaining('--yes')]);
  });
});

describe('cronium server', () => {
  test('health tells each server in a line, and names one that does not answer', async () => {
    using _configuration = configure('servers: {gone: "127.0.0.1:1"}\n');
    const { code, stdout, stderr } = await lab.cli('server', 'health', 'web1', 'web2');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.split('\n')).toEqual([
      expect.stringMatching(/^web1 {2}\d+ cores? · .*disk .* free · .*0 scripts run$/),
      expect.stringMatching(/^web2 {2}/),
      '',
    ]);
    const some = await lab.cli('server', 'health', 'gone,web2', '--json');
    expect(some.code).toBe(125);
    expect(jsonLines(some.stdout)).toMatchObject([{ server: 'web2', jobs: 0 }]);
    expect(some.stderr).toMatch(/^cronium: Cannot connect to "/);
  });

  test('deploy puts the runner there anew, clean takes everything away', async () => {
    const base = join(lab.servers[0]?.stateHome ?? '', 'cronium');
    const deployed = await lab.cli('server', 'deploy', 'web1');
    expect([deployed.code, deployed.stdout]).toEqual([0, expect.stringMatching(/^web1 {2}runner \S+ \(linux\//)]);
    expect(readdirSync(join(base, 'bin'))).toHaveLength(1);
    const refused = await lab.cli('server', 'clean', 'web1');
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('say --yes')]);
    expect(readdirSync(join(base, 'bin'))).toHaveLength(1);
    const cleaned = await lab.cli('server', 'clean', 'web1', '--yes');
    expect([cleaned.code, cleaned.stdout]).toEqual([0, expect.stringMatching(/^web1 {2}removed 1 runner/)]);
    expect(existsSync(join(base, 'bin')) ? readdirSync(join(base, 'bin')) : []).toEqual([]);
  });
});
