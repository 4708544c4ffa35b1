import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { jsonLines, startLab } from '../../fixtures/lab.ts';
import { runScripted, startScripted } from '../../fixtures/scripted-job.ts';
import { record, scriptedOpener } from '../../fixtures/scripted-runner.ts';
import { fault } from '../fault.ts';

const SECRET = 'correct-horse-battery';

fault('T20', 'a secret leaves once, by whichever door, and is in no log on the server', async () => {
  await using lab = await startLab();
  lab.env.DB_PASSWORD = SECRET;
  const script = lab.script(
    'once.sh',
    `#!/bin/sh
# cronium:
#   secrets: [DB_PASSWORD]
#   api: true
http() { printf 'Authorization: Bearer %s' "$(cronium.token)" | curl -s -o /dev/null -w '%{http_code}\\n' -H @- "$CRONIUM_API_ENDPOINT/v1/secret/DB_PASSWORD"; }
password=$(cronium.secret DB_PASSWORD)
http
cronium.secret DB_PASSWORD 2>/dev/null || echo "again: $?"
printf '%s' "$password" | cut -c1-10 | tr -d '\\n'; sleep 0.2; printf '%s\\n' "$password" | cut -c11-
printf '%s' "$password" | base64
cronium.output all "$password" 2>/dev/null
`,
  );
  const { stdout } = await lab.cli('run', script, '--on', 'web1', '--json');
  const said = jsonLines(stdout).flatMap(({ type, text }) => (type === 'output' ? [text] : []));
  expect(said.join('')).toBe('410\nagain: 1\n***\n***\n');
  const jobs = join(String(lab.servers[0]?.stateHome), 'cronium/jobs');
  const spools = readdirSync(jobs).map((job) => readFileSync(join(jobs, job, 'spool', '0'.repeat(16)), 'latin1'));
  expect(spools).toHaveLength(1);
  for (const form of [SECRET, SECRET.slice(0, 10), Buffer.from(SECRET).toString('base64')]) {
    expect(spools.join()).not.toContain(form);
  }
});

fault('T20', 'what a runner leaves unmasked is masked here: output, sentences, values', async () => {
  const spool = Buffer.concat([
    record('START', 0, '{}'),
    record('OUT', 1, `it is ${SECRET.slice(0, 10)}`),
    record('OUT', 2, `${SECRET.slice(10)}\n`),
    record('NOTE', 3, JSON.stringify({ code: 'killed', message: `curl --key ${SECRET}` })),
    record('OUTPUT', 4, `{"key":"all"}\n${JSON.stringify([SECRET])}`),
    record('EXIT', 5, JSON.stringify({ reason: 'broken', error: 'run/cwd', message: `no ${SECRET}`, endedAt: 2 })),
  ]);
  const opener = scriptedOpener(async (runner) => {
    const stream = await startScripted(runner);
    runner.log(stream, 0, spool);
    runner.endLog(stream);
  });
  const values: unknown[] = [];
  const { end, events } = await runScripted(opener, {
    secrets: { KEY: SECRET },
    effects: {
      placeOf: () => ({ offset: 0, seq: 0 }),
      apply: (_job, found) => {
        values.push(...found);
        return [];
      },
      pass: () => {},
    },
  });
  const said = events.flatMap((event) => (event.type === 'output' ? [event.text] : []));
  expect(said.join('')).toBe('it is ***\n');
  expect(events).toContainEqual({ type: 'note', server: 'web', message: 'curl --key ***' });
  expect(end).toMatchObject({ outcome: { kind: 'broken', message: 'no ***' } });
  expect(values).toMatchObject([{ name: 'all', value: ['***'] }]);
});
