import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { jsonLines, type Lab, outcomeOf, outputOf, startLab } from '../fixtures/lab.ts';
import { freePort, sshConfig, startSshd } from '../fixtures/sshd.ts';

const HELLO = '#!/bin/sh\necho "hello from $CRONIUM_SERVER"\n';

describe('a fleet of three', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab({ servers: 3 });
  });
  afterAll(() => lab[Symbol.asyncDispose]());

  test('a cold run deploys, runs and streams over one connection and one session channel a server', async () => {
    const { code, stdout, stderr } = await lab.cli('run', lab.script('hello.sh', HELLO), '--on', 'web1,web2,web3');
    expect(stderr).toContain('success');
    expect(code).toBe(0);
    expect(stdout.split('\n').sort()).toEqual([
      '',
      'web1 │ hello from web1',
      'web2 │ hello from web2',
      'web3 │ hello from web3',
    ]);
    for (const server of lab.servers) {
      expect([server.connections(), server.sessions()]).toEqual([1, 1]);
      expect(readdirSync(join(server.stateHome, 'cronium/bin'))).toHaveLength(1);
    }
  });

  test('later runs of the same process open no second connection and no second channel', async () => {
    const before = lab.servers.map((server) => [server.connections(), server.sessions()]);
    const script = lab.script('hello.sh', HELLO);
    for (let round = 0; round < 3; round++) {
      const events = await lab.run(script, { on: ['web1', 'web2'] });
      expect([outputOf(events, 'web1'), outputOf(events, 'web2')]).toEqual(['hello from web1\n', 'hello from web2\n']);
    }
    const after = lab.servers.map((server) => [server.connections(), server.sessions()]);
    expect(
      after.map(([connections = 0, sessions = 0], index) => [
        connections - (before[index]?.[0] ?? 0),
        sessions - (before[index]?.[1] ?? 0),
      ]),
    ).toEqual([
      [1, 1],
      [1, 1],
      [0, 0],
    ]);
  });

  test('a failing server does not stop the others, and the run is partial', async () => {
    const script = lab.script('some.sh', '#!/bin/sh\n[ "$CRONIUM_SERVER" = web2 ] && exit 9\nsleep 0.3; echo done\n');
    const { code, stdout, stderr } = await lab.cli('run', script, '--on', 'web1', '--on', 'web2,web3');
    expect(code).toBe(3);
    expect(stdout.split('\n').sort()).toEqual(['', 'web1 │ done', 'web3 │ done']);
    expect(stderr).toMatch(/web2 {2}failed \(exit code 9\)/);
  });

  test('--json tells planned, phase, output, settled, finished, an object a line', async () => {
    const script = lab.script('json.sh', '#!/bin/sh\necho out; echo err >&2; exit 4\n');
    const { code, stdout } = await lab.cli('run', script, '--on', 'web1', '--json');
    expect(code).toBe(4);
    const lines = jsonLines(stdout);
    const run = String(lines[0]?.run);
    expect(run).toMatch(/^[0-9a-f]{32}$/);
    expect(lines[0]).toEqual({ type: 'planned', run, event: 'json.sh', servers: ['web1'] });
    // A small script travels with its start: no phase, and no round trip, of its own.
    expect(lines.filter(({ type }) => type === 'phase').map(({ phase }) => phase)).toEqual(['connecting', 'running']);
    const output = lines.filter(({ type }) => type === 'output');
    expect(output).toContainEqual({ type: 'output', server: 'web1', stream: 'stdout', text: 'out\n' });
    expect(output).toContainEqual({ type: 'output', server: 'web1', stream: 'stderr', text: 'err\n' });
    expect(lines.slice(-2)).toEqual([
      { type: 'settled', server: 'web1', outcome: { kind: 'failed', exitCode: 4 } },
      { type: 'finished', run, status: 'failed' },
    ]);
    const listed = jsonLines((await lab.cli('runs', '--json')).stdout)[0];
    expect(listed).toMatchObject({ id: run, event: 'json.sh', status: 'failed' });
    expect(listed?.jobs).toEqual([
      expect.objectContaining({ server: 'web1', outcome: { kind: 'failed', exitCode: 4 } }),
    ]);
  });

  test('arguments, environment, input and the header reach the script as they are', async () => {
    const script = lab.script(
      'say all.sh',
      '#!/bin/sh\n# cronium:\n#   name: Say all\n#   servers: web1\n#   env: {MODE: "a b"}\n#   args: [unused]\nprintf "%s|" "$@" "$MODE" "$EXTRA" "$CRONIUM_INPUT" "$CRONIUM_EVENT"\n',
    );
    const odd = ["it's", 'a "b" $c `d` \\e', '-n', 'ü🚀', ' lead'];
    const input = JSON.stringify({ deep: ['x', 1] });
    const { code, stdout } = await lab.cli(
      'run',
      script,
      '--env',
      'EXTRA=$HOME',
      '--input',
      input,
      '--json',
      '--',
      ...odd,
    );
    expect(code).toBe(0);
    const text = jsonLines(stdout)
      .filter(({ type }) => type === 'output')
      .map(({ text }) => text)
      .join('');
    expect(text).toBe([...odd, 'a b', '$HOME', input, 'Say all', ''].join('|'));
  });

  test('a header with a mistake stops with its place and a suggestion', async () => {
    const script = lab.script('wrong.sh', '#!/bin/sh\n# cronium:\n#   server: web1\necho no\n');
    const { code, stderr } = await lab.cli('run', script);
    expect(code).toBe(2);
    expect(stderr).toContain('wrong.sh:3:5');
    expect(stderr).toContain('did you mean "servers"?');
  });

  test('groups, tags, wildcards and exclusions come from the configuration file', async () => {
    writeFileSync(
      join(lab.folder, 'config.yaml'),
      'servers:\n  one: {host: web1, tags: [front]}\n  two: {host: web2, tags: [front]}\n  back: web3\n',
    );
    const script = lab.script('hello.sh', HELLO);
    const servers = async (...on: string[]): Promise<unknown> =>
      jsonLines((await lab.cli('run', script, '--json', ...on.flatMap((name) => ['--on', name]))).stdout)[0]?.servers;
    expect(await servers('@front')).toEqual(['one', 'two']);
    expect(await servers('web*', '!web3')).toEqual(['web1', 'web2']);
    const { code, stderr } = await lab.cli('run', script, '--on', '@nothing');
    expect([code, stderr.includes('@nothing')]).toEqual([2, true]);
    writeFileSync(join(lab.folder, 'config.yaml'), '');
  });

  test('an unreachable server and a wrong host key are broken, their siblings run', async () => {
    await using stranger = await startSshd({ address: '127.0.3.1' });
    const port = await freePort('127.0.3.2');
    const wrong = { ...stranger, knownHosts: stranger.knownHosts.replace(/AAAA\S+/, ANOTHER_KEY) };
    const config = sshConfig(lab.folder, [
      { alias: 'web1', server: lab.servers[0] as never },
      { alias: 'gone', server: { ...stranger, address: '127.0.3.2', port, knownHosts: '' } },
      { alias: 'changed', server: wrong },
    ]);
    const script = lab.script('once.sh', '#!/bin/sh\n# cronium:\n#   retries: 0\necho fine\n');
    const { code, stdout, stderr } = await lab.cli('-F', config, 'run', script, '--on', 'web1,gone,changed');
    expect(code).toBe(3);
    expect(stdout).toContain('fine');
    expect(stderr).toMatch(/gone +broken: .*nobody listens/);
    expect(stderr).toMatch(/changed +broken: .*SHA256:.*line \d+ of .*known_hosts.*SHA256:/);
    expect(existsSync(join(stranger.stateHome, 'cronium'))).toBe(false);
  });
});

test('a server behind a jump host is reached through it', async () => {
  await using lab = await startLab({ servers: 2 });
  const [jump, behind] = lab.servers as [never, never];
  const config = sshConfig(lab.folder, [
    { alias: 'jump', server: jump },
    { alias: 'behind', server: behind, lines: ['ProxyJump jump'] },
  ]);
  const { code, stdout } = await lab.cli('-F', config, 'run', lab.script('hello.sh', HELLO), '--on', 'behind');
  expect([code, stdout]).toEqual([0, 'behind │ hello from behind\n']);
  expect(lab.servers[1]?.log()).toContain('Connection from 127.0.0.1');
});

test('exit codes 0 to 255 and signals are exact', async () => {
  await using lab = await startLab();
  const script = lab.script('exit.sh', '#!/bin/sh\ncase $1 in [0-9]*) exit "$1";; *) kill -"$1" $$; sleep 5;; esac\n');
  const codes = Array.from({ length: 256 }, (_, code) => code);
  const found: unknown[] = [];
  for (const code of codes)
    found.push(outcomeOf(await lab.run(script, { on: ['web1'], args: [String(code)] }), 'web1'));
  expect(found).toEqual([
    { kind: 'succeeded', exitCode: 0 },
    ...codes.slice(1).map((exitCode) => ({ kind: 'failed', exitCode })),
  ]);
  for (const signal of ['HUP', 'INT', 'QUIT', 'ABRT', 'KILL', 'USR1', 'SEGV', 'TERM']) {
    const events = await lab.run(script, { on: ['web1'], args: [signal] });
    expect(outcomeOf(events, 'web1')).toEqual({ kind: 'failed', signal: `SIG${signal}` });
  }
});

test('fifty servers run at once, every line arrives', async () => {
  await using lab = await startLab({ servers: 50 });
  const script = lab.script('many.sh', '#!/bin/sh\nfor i in 1 2 3; do echo "$CRONIUM_SERVER $i"; done\n');
  const { code, stdout } = await lab.cli('run', script, '--on', 'web*', '--parallel', '50');
  expect(code).toBe(0);
  const expected = lab.servers.flatMap((_, index) => [1, 2, 3].map((line) => `web${index + 1} ${line}`)).sort();
  const seen = stdout
    .trim()
    .split('\n')
    .map((line) => line.replace(/^web\d+ *│ /, ''));
  expect(seen.sort()).toEqual(expected);
  for (const server of lab.servers) expect([server.connections(), server.sessions()]).toEqual([1, 1]);
});

test('scripts in sh, bash, python and node run by shebang and by extension', async () => {
  await using lab = await startLab({ sshd: { env: { PATH: `${process.env.PATH}` } } });
  const scripts = {
    'a.sh': 'echo sh:$0 | sed "s,/.*/,,"',
    'b.bash': 'x=(1 2 3); echo "bash:${#x[@]}"',
    'c.py': 'import sys\nprint("python", sys.argv[1:])',
    'd.js': 'console.log("node", process.argv.slice(2))',
    e: '#!/usr/bin/env python3\nprint("shebang")',
    'dos.sh': '#!/bin/sh\r\necho carriage\r\n',
  };
  const seen: string[] = [];
  for (const [name, text] of Object.entries(scripts)) {
    const events = await lab.run(lab.script(name, text), { on: ['web1'], args: ['x y'] });
    seen.push(outputOf(events, 'web1').trim());
  }
  expect(seen).toEqual(['sh:a.sh', 'bash:3', "python ['x y']", "node [ 'x y' ]", 'shebang', 'carriage']);
  const missing = await lab.run(lab.script('f.lua', 'print(1)'), { on: ['web1'] });
  expect(outcomeOf(missing, 'web1')).toMatchObject({ kind: 'broken', code: 'run/interpreter-missing' });
});

test('extra files travel beside the script, byte for byte', async () => {
  await using lab = await startLab();
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
  lab.script('data/odd name 🚀.bin', bytes);
  const script = lab.script(
    'files.sh',
    '#!/bin/sh\n# cronium:\n#   files: ["data/*"]\ncat "data/odd name 🚀.bin"; umask\n',
  );
  await lab.run(script, { on: ['web1'] });
  const { stdout } = await lab.cli('runs', '--json');
  const raw = await lab.cli('logs', String(jsonLines(stdout)[0]?.id), '--raw', '--server', 'web1');
  expect(raw.stdout).toContain('0022');
});

/** A key that no server has. */
const ANOTHER_KEY = 'AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
