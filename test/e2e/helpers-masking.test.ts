import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { RecordDecoder } from '../../src/domain/record.ts';
import { listSegments } from '../../src/store/segments.ts';
import { jsonLines, startLab } from '../fixtures/lab.ts';
import { encodeSpool } from '../unit/store/spool.ts';

const PASSWORD = 'correct-horse-battery';

/** Puts a text in the place of another one in a job's mirror: what a runner that masks nothing would have left there. */
function tamper(dir: string, what: string, becomes: string): void {
  const [segment] = listSegments(dir);
  const file = String(segment?.file);
  const drafts = new RecordDecoder().push(readFileSync(file)).map(({ type, body }) => {
    const text = Buffer.from(body).toString('utf8').replaceAll(what, becomes);
    return {
      type: ['START', 'OUT', 'ERR', 'NOTE', 'GAP', 'OUTPUT', 'VARIABLE', 'EXIT'].indexOf(type) + 1,
      body: Buffer.from(text),
    };
  });
  writeFileSync(file, encodeSpool(drafts));
}

test('a log that was left unmasked is masked for whoever reads it, as long as the secret is known here', async () => {
  await using lab = await startLab();
  const script = lab.script(
    'leak.sh',
    '#!/bin/sh\n# cronium:\n#   secrets: [DB_PASSWORD]\necho "it is $(cronium.secret DB_PASSWORD)"\n',
  );
  lab.env.DB_PASSWORD = PASSWORD;
  expect((await lab.cli('run', script, '--on', 'web1')).stdout).toContain('it is ***');
  const [run] = jsonLines((await lab.cli('runs', '--json')).stdout);
  const id = String(run?.id);
  {
    await using engine = lab.engine();
    tamper(join(lab.dataDir, 'logs', String(engine.findRun(id).jobs[0]?.id)), '***', PASSWORD);
  }
  for (const form of [[], ['--raw', '--server', 'web1']]) {
    const { stdout } = await lab.cli('logs', id, ...form);
    expect(stdout).toContain('it is ***');
    expect(stdout).not.toContain(PASSWORD);
  }
  // A terminal remembers nothing: what a secret was is told by its environment only.
  delete lab.env.DB_PASSWORD;
  expect((await lab.cli('logs', id)).stdout).toContain(PASSWORD);
});
