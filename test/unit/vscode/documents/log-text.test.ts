import { expect, test } from 'vitest';
import { readComparable } from '../../../../src/vscode/documents/log-text.ts';
import { FAILED, FakeEngine, runOn, SUCCEEDED } from '../log-entries.ts';

test('readComparable() differs only in what the servers did', async () => {
  const engine = new FakeEngine(runOn({ web1: SUCCEEDED, db: FAILED }));
  const folder = (id: string): string => `/home/me/.local/state/cronium/jobs/${id.repeat(32)}/work/`;
  engine.logs.web1 = [`\x1b[31mbegin\x1b[0m\n${folder('a')}ops/web.sh: line 3: odd\n`];
  engine.logs.db = [`begin\n${folder('b')}ops/web.sh: line 3: odd\nopen`];
  const texts = await Promise.all(engine.run.jobs.map((job) => readComparable(job, engine)));
  expect(texts).toEqual([
    'begin\nops/web.sh: line 3: odd\n· succeeded\n',
    'begin\nops/web.sh: line 3: odd\nopen\n· failed (exit code 3)\n',
  ]);
});

test('readComparable() keeps the end of a long log', async () => {
  const engine = new FakeEngine(runOn({ web1: SUCCEEDED }));
  engine.logs.web1 = Array(100).fill(`${'x'.repeat(65_535)}\n`);
  const [job] = engine.run.jobs;
  if (!job) throw new Error('No job');
  const text = await readComparable(job, engine);
  expect(text.length).toBeLessThan(5.1 * 1024 * 1024);
  expect(text).toMatch(/^… [\d,]+ bytes are above\n/);
});
