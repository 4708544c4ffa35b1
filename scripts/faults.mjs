// Brings faults about and says of each what came of it; or takes the guards against them away and says who notices.
// usage: faults.mjs [--only ID[,ID…]] [--seed N | --seeds N]
//        faults.mjs --guards [--only ID[,ID…]]
//        faults.mjs --list
import { parseArgs } from 'node:util';
import { checkGuards, readGuards } from './fault-guards.mjs';
import { writeGuardList } from './fault-list.mjs';
import { runFaults } from './fault-runs.mjs';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    seed: { type: 'string' },
    seeds: { type: 'string' },
    guards: { type: 'boolean' },
    list: { type: 'boolean' },
  },
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
if (values.list) {
  writeGuardList(await readGuards());
  process.exit(0);
}
if (values.guards) process.exit(await checkGuards(only));

const env = {
  ...(values.seed ? { CRONIUM_FAULT_SEED: values.seed } : {}),
  ...(values.seeds ? { CRONIUM_FAULT_SEEDS: values.seeds } : {}),
};
const began = performance.now();
const { code, verdicts } = await runFaults(process.cwd(), { only, env });
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
