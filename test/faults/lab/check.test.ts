import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { listSegments } from '../../../src/store/segments.ts';
import { startLab } from '../../fixtures/lab.ts';
import type { Sshd } from '../../fixtures/sshd.ts';
import { checkRun, jobsOn, spoolDir, TRUTH } from './check.ts';

test('checkRun() believes neither a wrong byte, nor a missing line, a second start or another outcome', {
  timeout: 60_000,
}, async () => {
  await using lab = await startLab();
  const sshd = lab.servers[0] as Sshd;
  const truth = join(lab.folder, 'truth');
  await lab.cli('run', lab.script('say.sh', `${TRUTH}\nsay one\nsay two\n`), '--on', 'web1', '--', truth);
  const outcome = { kind: 'succeeded', exitCode: 0 };
  const check = (expected: object = outcome) => checkRun(lab, { sshd, truth, outcome: expected });
  await check();
  await expect(check({ kind: 'failed' })).rejects.toThrow('outcome of web1');

  const [job = ''] = jobsOn(sshd);
  for (const dir of [spoolDir(sshd, job), join(lab.dataDir, 'logs', job)]) {
    const file = listSegments(dir)[0]?.file ?? '';
    const bytes = readFileSync(file);
    const wrong = Buffer.from(bytes);
    const at = wrong.indexOf('two');
    wrong.write('2', at);
    writeFileSync(file, wrong);
    await expect(check(), dir).rejects.toThrow();
    writeFileSync(file, bytes);
    await check();
  }

  const said = readFileSync(truth, 'utf8');
  appendFileSync(truth, 'three\n');
  await expect(check()).rejects.toThrow('the log is what the script wrote');
  writeFileSync(truth, said);
  appendFileSync(`${truth}.starts`, '1\n');
  await expect(check()).rejects.toThrow('starts of the script');
});
