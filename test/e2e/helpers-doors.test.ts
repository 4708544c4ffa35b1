import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../faults/lab/until.ts';
import { jsonLines, type Lab, startLab } from '../fixtures/lab.ts';

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

test('each door hands a secret out once', async () => {
  const script = lab.script(
    'doors.sh',
    `#!/bin/sh
# cronium:
#   secrets: [DB_PASSWORD]
#   api: true
for time in first second; do
  cronium.secret DB_PASSWORD >/dev/null; echo "$?"
  printf 'Authorization: Bearer %s' "$(cronium.token)" |
    curl -sS -o /dev/null -w '%{http_code}\\n' -H @- "$CRONIUM_API_ENDPOINT/v1/secret/DB_PASSWORD"
done
`,
  );
  expect(await said(script, '--on', 'web1', '--json')).toBe('0\n200\n1\n410\n');
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
