import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../faults/lab/until.ts';
import { jsonLines, type Lab, startLab } from '../fixtures/lab.ts';
import { memoryVault } from '../fixtures/memory-vault.ts';

let lab: Lab;

beforeAll(async () => {
  lab = await startLab({ servers: 2 });
});
afterAll(() => lab[Symbol.asyncDispose]());

/** Writes a shell script and runs it to its end; the events of the run. */
async function run(name: string, body: string, ...options: readonly string[]): Promise<Record<string, unknown>[]> {
  const script = lab.script(name, `#!/bin/sh\nset -e\n${body}\n`);
  const { stdout, stderr, code } = await lab.cli('run', script, '--json', ...options);
  expect([code, stderr]).toEqual([0, '']);
  return jsonLines(stdout);
}

/** All that was written to stdout on a server. */
function said(events: readonly Record<string, unknown>[], server: string): string {
  const mine = events.filter(
    ({ type, server: of, stream }) => type === 'output' && of === server && stream === 'stdout',
  );
  return mine.map(({ text }) => text).join('');
}

test('a script reads its input, puts out, and shares variables; the end of the run has the outputs', async () => {
  const events = await run(
    'live.sh',
    `
cronium.input user.name
cronium.output host "$CRONIUM_SERVER"
cronium.output --json sizes '[1, 2]'
cronium.setVariable STATE 1.10
cronium.getVariable STATE
cronium.event name
`,
    ...['--on', 'web1,web2', '--input', '{"user":{"name":"Ann"}}'],
  );
  expect(said(events, 'web1')).toBe('Ann\n1.10\nlive.sh\n');
  const outputs = { web1: { host: 'web1', sizes: [1, 2] }, web2: { host: 'web2', sizes: [1, 2] } };
  expect(events.at(-1)).toMatchObject({ type: 'finished', status: 'success', outputs });
});

test('the outputs of a run are the input of the next', async () => {
  const [first] = await run('first.sh', 'cronium.output version "$CRONIUM_SERVER-7"', '--on', 'web1,web2');
  const events = await run('next.sh', 'cronium.input web2.version', '--on', 'web1', '--input-from', String(first?.run));
  expect(said(events, 'web1')).toBe('web2-7\n');
});

test('what a script set while nobody was attached is applied once when the client comes back', async () => {
  const gate = join(lab.folder, 'gate');
  const script = lab.script(
    'alone.sh',
    `#!/bin/sh
set -e
cronium.setVariable BEFORE yes
echo attached
while ! [ -e "$1" ]; do sleep 0.05; done
cronium.output answer 42
cronium.setVariable COUNT 1
cronium.setVariable COUNT 2
cronium.getVariable COUNT
`,
  );
  const running = lab.start('run', script, '--on', 'web1', '--json', '--', gate);
  await running.saw('attached');
  running.child.kill('SIGKILL');
  await running.ended;
  writeFileSync(gate, '');
  const [planned] = jsonLines((await lab.cli('runs', '--json')).stdout);
  const id = String(planned?.id);
  expect((await lab.cli('resume', id)).code).toBe(0);
  // Whoever looks again finds nothing that is left to do.
  const { stdout } = await lab.cli('logs', id, '--raw', '--server', 'web1');
  expect(stdout).toBe('attached\n2\n');
  const [known] = jsonLines((await lab.cli('runs', '--json')).stdout);
  expect(known).toMatchObject({ id, status: 'success', outputs: { web1: { answer: '42' } } });
  const history = jsonLines((await lab.cli('var', 'history', 'COUNT', '--json')).stdout);
  expect(history.map(({ version, value }) => [version, value])).toEqual([
    [2, '2'],
    [1, '1'],
  ]);
});

test('servers that count together with --if-unchanged lose nothing', async () => {
  const count = `
for i in 1 2 3 4 5; do
  until cronium.setVariable TOGETHER $(( $(cronium.getVariable TOGETHER --default 0) + 1 )) --if-unchanged; do :; done
done`;
  const script = lab.script('count.sh', `#!/bin/sh\n${count}\n`);
  const { code } = await lab.cli('run', script, '--on', 'web1,web2');
  expect(code).toBe(0);
  expect((await lab.cli('var', 'get', 'TOGETHER')).stdout).toBe('10\n');
});

test('cronium var sets, tells, and removes variables, which scripts then find', async () => {
  expect((await lab.cli('var', 'set', 'LEVEL', '1.10')).code).toBe(0);
  expect((await lab.cli('var', 'set', 'LEVEL', '{"deep":[1]}', '--json', '--scope', 'server:web1')).code).toBe(0);
  expect((await lab.cli('var', 'get', 'LEVEL')).stdout).toBe('1.10\n');
  expect((await lab.cli('var', 'get', 'LEVEL', '--scope', 'server:web1')).stdout).toBe('{"deep":[1]}\n');
  const events = await run('level.sh', 'cronium.getVariable LEVEL', '--on', 'web1,web2');
  expect([said(events, 'web1'), said(events, 'web2')]).toEqual(['{"deep":[1]}\n', '1.10\n']);
  const list = jsonLines((await lab.cli('var', 'list', '--json')).stdout).filter(({ name }) => name === 'LEVEL');
  expect(list.map(({ scope, value, version }) => [scope, value, version])).toEqual([
    ['server:web1', { deep: [1] }, 1],
    ['workspace', '1.10', 1],
  ]);
  expect((await lab.cli('var', 'unset', 'LEVEL')).code).toBe(0);
  const absent = await lab.cli('var', 'get', 'LEVEL');
  expect([absent.code, absent.stdout]).toEqual([1, '']);
  expect(absent.stderr).toContain('there is one in: server:web1 (--scope)');
});

test('a secret variable that the terminal removes is forgotten by the editor, too', async () => {
  const { vault, kept } = memoryVault();
  await using engine = lab.engine({ vault });
  await engine.setVariable({ scope: 'global', owner: '', name: 'KEY' }, 'hunter2-hunter2', { type: 'secret' });
  using _watch = engine.watch();
  expect(kept.size).toBe(1);
  expect((await lab.cli('var', 'unset', 'KEY', '--scope', 'global')).code).toBe(0);
  await until(() => kept.size === 0);
});

test('cronium var refuses what cannot be, with the way out', async () => {
  const refused = async (...args: string[]): Promise<unknown> => {
    const { code, stdout, stderr } = await lab.cli('var', ...args);
    expect(stdout).toBe('');
    return [code, stderr.trim()];
  };
  expect(await refused('set', '9x', 'v')).toEqual([2, expect.stringContaining('begins with a letter')]);
  expect(await refused('set', 'x', '{', '--json')).toEqual([2, expect.stringContaining('is not JSON')]);
  expect(await refused('set', 'x', 'v', '--scope', 'planet')).toEqual([2, expect.stringContaining('write global,')]);
  expect(await refused('set', 'x', 'v', '--secret')).toEqual([2, expect.stringContaining('set it in the editor')]);
  expect(await refused('set', 'x', 'y'.repeat(66_000))).toEqual([2, expect.stringContaining('at most 65536')]);
});

test('a secret comes through a file descriptor, and is handed out once', async () => {
  const script = lab.script(
    'secret.sh',
    `#!/bin/sh
# cronium:
#   secrets: [DB_PASSWORD]
printf '%s' "$(cronium.secret DB_PASSWORD)" | wc -c
echo "environment: \${DB_PASSWORD-none}"
cronium.secret DB_PASSWORD || echo "again: $?"
`,
  );
  writeFileSync(join(lab.folder, 'password'), 'correct-horse\n');
  lab.wrap.push('sh', '-c', `exec "$@" 3< '${join(lab.folder, 'password')}'`, 'sh');
  try {
    const { stdout, code } = await lab.cli('run', script, '--on', 'web1', '--json', '--secret-fd', 'DB_PASSWORD=3');
    expect(code).toBe(0);
    expect(said(jsonLines(stdout), 'web1')).toBe('13\nenvironment: none\nagain: 1\n');
    expect(stdout).not.toContain('correct-horse');
    const other = await lab.cli('run', script, '--on', 'web1', '--secret-fd', 'OTHER=3');
    expect([other.code, other.stderr]).toEqual([2, expect.stringContaining('it names no secret OTHER')]);
  } finally {
    lab.wrap.length = 0;
  }
});

test('an event may have its secrets in the environment', async () => {
  const script = lab.script(
    'environment.sh',
    '#!/bin/sh\n# cronium:\n#   secrets: [DB_PASSWORD]\n#   secretsAs: environment\nprintf %s "$DB_PASSWORD" | wc -c\n',
  );
  lab.env.DB_PASSWORD = 'correct-horse';
  try {
    const { stdout } = await lab.cli('run', script, '--on', 'web1', '--json');
    expect(said(jsonLines(stdout), 'web1')).toBe('13\n');
  } finally {
    delete lab.env.DB_PASSWORD;
  }
});
