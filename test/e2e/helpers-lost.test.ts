import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { startChaosLab } from '../faults/lab/chaos-lab.ts';
import { until } from '../faults/lab/until.ts';
import { jsonLines } from '../fixtures/lab.ts';

test('a write whose answer is lost is answered when it is asked again, and not done again', async () => {
  // What the client says takes long enough to get lost on its way.
  await using lab = await startChaosLab({ rules: (connection) => (connection === 0 ? { up: { delayMs: 700 } } : {}) });
  const script = lab.script(
    'lost.sh',
    `#!/bin/sh
cronium.getVariable counter
echo ready
until [ -e "$1" ]; do sleep 0.05; done
cronium.setVariable counter 2 --json --if-unchanged --wait 60s; echo "exit $?"
cronium.getVariable counter
`,
  );
  const place = { scope: 'global', owner: '', name: 'counter' } as const;
  await using engine = lab.engine();
  await engine.setVariable(place, 1);
  const gate = join(lab.folder, 'gate');
  const running = lab.start('run', script, '--on', 'web1', '--json', '--', gate);
  await running.saw('ready');
  writeFileSync(gate, '');
  await until(() => engine.variables()[0]?.version === 2);
  expect(lab.chaos.break('reset')).toBe(1);
  const { stdout } = await running.ended;
  const said = jsonLines(stdout).map(({ type, text }) => (type === 'output' ? text : ''));
  expect(said.join('')).toBe('1\nready\nexit 0\n2\n');
  expect(engine.variableHistory(place).map(({ value, version }) => [value, version])).toEqual([
    [2, 2],
    [1, 1],
  ]);
});

test('a secret whose answer is lost is handed out again to the same request over HTTP, and to nobody else', async () => {
  // What the client asks the server for, and what it then answers, takes its time on the way.
  await using lab = await startChaosLab({ rules: (connection) => (connection === 0 ? { up: { delayMs: 700 } } : {}) });
  lab.env.DB_PASSWORD = 'correct-horse-battery';
  const script = lab.script(
    'secret.sh',
    `#!/bin/sh
# cronium:
#   secrets: [DB_PASSWORD]
#   api: true
ask() {
  printf 'Authorization: Bearer %s' "$(cronium.token)" |
    curl -sS -m 5 -o /dev/null -w '%{http_code}' -H @- -H "Idempotency-Key: $1" "$CRONIUM_API_ENDPOINT/v1/secret/DB_PASSWORD" 2>/dev/null
}
echo ready
until code=$(ask one); [ "$code" = 200 ]; do
  [ "$code" != 410 ] || exit 1
done
until code=$(ask two); [ "$code" = 410 ]; do [ "$code" != 200 ] || exit 2; done
cronium.secret DB_PASSWORD 2>/dev/null || echo "then $?"
`,
  );
  const running = lab.start('run', script, '--on', 'web1', '--json');
  await running.saw('ready');
  // The server has handed it out by then, and the answer is not there yet. Whenever it is: the same request has it in the end.
  await delay(1_050);
  expect(lab.chaos.break('reset')).toBe(1);
  const { stdout, code } = await running.ended;
  const said = jsonLines(stdout).map(({ type, text }) => (type === 'output' ? text : ''));
  expect([code, said.join('')]).toEqual([0, 'ready\nthen 1\n']);
});
