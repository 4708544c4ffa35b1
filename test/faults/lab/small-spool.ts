import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { writeRunners } from '../../fixtures/other-runners.ts';

const RUNNER = resolve(import.meta.dirname, '../../../runner');
const DIST = resolve(import.meta.dirname, '../../../dist/runners');
const START = join(RUNNER, 'internal/message/start.go');
const BUDGET = 'DefaultSpoolBytes = 256 << 20';

/**
 * Builds the runner for this machine with the smallest budget of a spool that there can be, 1 MiB, into the folder `to`: output
 * that nobody fetches is dropped after a second, and not after minutes.
 */
export async function buildSmallSpoolRunners(to: string): Promise<void> {
  mkdirSync(to, { recursive: true });
  const source = readFileSync(START, 'utf8');
  if (!source.includes(BUDGET)) throw new Error(`There is no "${BUDGET}" in ${START}`);
  const changed = join(to, 'start.go');
  writeFileSync(changed, source.replace(BUDGET, 'DefaultSpoolBytes = 1 << 20'));
  const overlay = join(to, 'overlay.json');
  writeFileSync(overlay, JSON.stringify({ Replace: { [START]: changed } }));
  const binary = join(to, 'cronium-runner');
  const env = { ...process.env, CGO_ENABLED: '0', GOFLAGS: '' };
  const build = ['build', '-trimpath', '-buildvcs=false', '-ldflags', '-s -w', '-overlay', overlay, '-o', binary, '.'];
  await promisify(execFile)('go', build, { cwd: RUNNER, env });

  const program = readFileSync(binary);
  const { stdout: uname } = await promisify(execFile)('uname', ['-s', '-m']);
  writeRunners(DIST, to, (row) => (row.uname === uname.trim() ? program : undefined));
}
