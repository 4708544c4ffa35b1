// Brings faults about and says of each what came of it.
// usage: faults.mjs [--only ID[,ID…]] [--seed N | --seeds N]
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: { only: { type: 'string' }, seed: { type: 'string' }, seeds: { type: 'string' } },
});
for (const name of ['seed', 'seeds']) {
  if (values[name] !== undefined && !/^[1-9]\d{0,8}$/.test(values[name])) {
    console.error(`--${name} ${values[name]}: a whole number from 1 is expected`);
    process.exit(2);
  }
}
const { FAULTS } = await import('../test/faults/ids.ts');
const { IMPOSSIBLE } = await import('../test/faults/impossible.ts');
const only = values.only?.split(',').map((id) => id.trim().toUpperCase());
for (const id of only ?? []) {
  if (!(id in FAULTS)) {
    console.error(`--only ${id}: there is no such fault; they stand in test/faults/ids.ts`);
    process.exit(2);
  }
}

const folder = mkdtempSync(join(tmpdir(), 'cronium-faults-'));
const report = join(folder, 'report.json');
const args = ['run', '--project', 'faults', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
// A name begins with its IDs, which have a space behind them.
if (only) args.push('-t', `(^|\\s)(${only.join('|')})\\s`);
const env = {
  ...process.env,
  ...(values.seed ? { CRONIUM_FAULT_SEED: values.seed } : {}),
  ...(values.seeds ? { CRONIUM_FAULT_SEEDS: values.seeds } : {}),
};
const began = performance.now();
const code = await new Promise((resolve, reject) => {
  spawn('node_modules/.bin/vitest', args, { stdio: 'inherit', env })
    .once('error', reject)
    .once('close', (status) => resolve(status ?? 1));
});

const verdicts = new Map();
try {
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
} finally {
  rmSync(folder, { recursive: true, force: true });
}
const impossible = new Set(IMPOSSIBLE.map(({ id }) => id));
let missing = 0;
console.log('\nID    verdict       tries  fault');
for (const [id, words] of Object.entries(FAULTS)) {
  if (only && !only.includes(id)) continue;
  const found = verdicts.get(id);
  const verdict = found ? (found.failed > 0 ? 'FAILED' : 'passed') : impossible.has(id) ? 'not possible' : 'NO TEST';
  if (verdict === 'NO TEST') missing += 1;
  const tries = found ? String(found.passed + found.failed) : '';
  console.log(`${id.padEnd(5)} ${verdict.padEnd(13)} ${tries.padStart(5)}  ${words}`);
}
console.log(
  `\n${Math.round((performance.now() - began) / 1000)} s; one try again: npm run test:faults -- --only ID --seed N`,
);
process.exit(code || (missing > 0 ? 1 : 0));
