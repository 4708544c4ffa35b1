import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../faults/lab/until.ts';
import { jsonLines, type Lab, startLab } from '../fixtures/lab.ts';
import { memoryVault } from '../fixtures/memory-vault.ts';

let lab: Lab;

beforeAll(async () => {
  lab = await startLab();
  lab.env.DB_PASSWORD = 'correct-horse-battery';
});
afterAll(() => lab[Symbol.asyncDispose]());

async function said(...words: string[]): Promise<string> {
  const { stdout, stderr } = await lab.cli('run', ...words);
  const lines = jsonLines(stdout).flatMap(({ type, stream, text }) =>
    type === 'output' && stream === 'stdout' ? [text] : [],
  );
  return lines.join('') || stderr;
}

/** Asks HTTP for the secret and prints what came of it. */
const HTTP = `over_http() {
  printf 'Authorization: Bearer %s' "$(cronium.token)" |
    curl -sS -o /dev/null -w '%{http_code}\\n' -H @- "$@" "$CRONIUM_API_ENDPOINT/v1/secret/DB_PASSWORD"
}
by_command() { cronium.secret DB_PASSWORD >/dev/null 2>&1; echo "$?"; }
`;

test.each([
  ['the command', 'by_command; over_http; by_command; over_http', '0\n410\n1\n410\n'],
  ['HTTP', 'over_http; by_command; over_http', '200\n1\n410\n'],
  [
    'a request with a key, which may come again',
    `over_http -H 'Idempotency-Key: one'; over_http -H 'Idempotency-Key: one'; over_http -H 'Idempotency-Key: two'; by_command`,
    '200\n200\n410\n1\n',
  ],
])('a secret is handed out once, whoever asks first: %s', async (_title, commands, printed) => {
  const header = '#!/bin/sh\n# cronium:\n#   secrets: [DB_PASSWORD]\n#   api: true\n';
  const script = lab.script('doors.sh', `${header}${HTTP}${commands}\n`);
  expect(await said(script, '--on', 'web1', '--json')).toBe(printed);
});

test('a secret variable that a script has from HTTP is masked in the log on the server', async () => {
  const script = lab.script(
    'variable.sh',
    `#!/bin/sh
# cronium:
#   api: true
value=$(printf 'Authorization: Bearer %s' "$(cronium.token)" | curl -sS -H @- "$CRONIUM_API_ENDPOINT/v1/var/KEY")
echo "\${#value} characters: $value"
`,
  );
  await using engine = lab.engine({ vault: memoryVault().vault });
  await engine.setVariable({ scope: 'global', owner: '', name: 'KEY' }, 'staple-gun-and-horse', { type: 'secret' });
  const never = new AbortController().signal;
  for await (const _ of engine.run(await lab.plan(engine, script, ['web1']), { cancel: never, leave: never }));
  const jobs = join(String(lab.servers[0]?.stateHome), 'cronium/jobs');
  const spools = readdirSync(jobs).map((job) => readFileSync(join(jobs, job, 'spool', '0'.repeat(16)), 'utf8'));
  expect(spools.filter((spool) => spool.includes('22 characters: "***"'))).toHaveLength(1);
});

test('a variable that is set here while a script runs is read by it as it is now; it is written over what it has read', async () => {
  const [gate, waiting] = [join(lab.folder, 'gate'), join(lab.folder, 'waiting')];
  const script = lab.script(
    'now.sh',
    `#!/bin/sh
cronium.getVariable colour
touch "$2"
until [ -e "$1" ]; do sleep 0.05; done
cronium.setVariable colour blue --if-unchanged; echo $?
cronium.getVariable colour
cronium.setVariable colour blue --if-unchanged; echo $?
`,
  );
  await using engine = lab.engine();
  const place = { scope: 'global', owner: '', name: 'colour' } as const;
  await engine.setVariable(place, 'red');
  const ended = said(script, '--on', 'web1', '--json', '--', gate, waiting);
  await until(() => existsSync(waiting));
  await engine.setVariable(place, 'green');
  writeFileSync(gate, '');
  expect(await ended).toBe('red\n4\ngreen\n0\n');
  expect(engine.variableHistory(place).map(({ value, changedBy }) => [value, changedBy.kind])).toEqual([
    ['blue', 'job'],
    ['green', 'person'],
    ['red', 'person'],
  ]);
});
