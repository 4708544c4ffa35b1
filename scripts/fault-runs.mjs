import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endLeftover } from '../test/faults/lab/processes.ts';

/**
 * Runs the tests of faults in a checkout, all or those of some IDs; what vitest ended with, and of each ID how many tries passed
 * and failed. No verdicts at all: the tests could not even be begun. Nothing that a test which was cut off has started goes on.
 */
export async function runFaults(checkout, { only, env = {}, stdio = 'inherit' }) {
  // A short name: sockets are made below it, whose paths have 107 bytes at most.
  const folder = mkdtempSync(join(tmpdir(), 'cf-'));
  // Servers of other users have their homes below it.
  chmodSync(folder, 0o711);
  const report = join(folder, 'report.json');
  const args = ['run', '--project', 'faults', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  // A name begins with its IDs, which have a space behind them.
  if (only) args.push('-t', `(^|\\s)(${only.join('|')})\\s`);
  try {
    const code = await new Promise((resolve, reject) => {
      const options = { cwd: checkout, stdio, env: { ...process.env, TMPDIR: folder, ...env } };
      spawn(join(checkout, 'node_modules/.bin/vitest'), args, options)
        .once('error', reject)
        .once('close', (status) => resolve(status ?? 1));
    });
    return { code, verdicts: readVerdicts(report) };
  } finally {
    for (const line of await endLeftover(folder)) console.error(`Ended what was left behind: ${line}`);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

function readVerdicts(report) {
  const verdicts = new Map();
  for (const file of JSON.parse(readFileSync(report, 'utf8')).testResults) {
    for (const { title, status } of file.assertionResults) {
      if (status !== 'passed' && status !== 'failed') continue;
      for (const id of /^(?:[FT]\d+ )+/.exec(title)?.[0].trim().split(' ') ?? []) {
        const known = verdicts.get(id) ?? { passed: 0, failed: 0 };
        known[status] += 1;
        verdicts.set(id, known);
      }
    }
  }
  return verdicts;
}
