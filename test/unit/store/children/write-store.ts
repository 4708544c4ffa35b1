// Writes runs into the store in argv[2], argv[4] of them or for ever, named after argv[3]; says each when all its facts are written.
import { openStore } from '../../../../src/store/store.ts';
import { idOf, planOf } from '../plan.ts';

const [, , dir = '', name = '', count = 'Infinity'] = process.argv;
using store = openStore(dir);
for (let n = 0; n < Number(count); n++) {
  const run = `${name}-${n}`;
  const job = idOf(`${run}/web-1`);
  store.runs.insert(planOf(run), n);
  store.jobs.setPhase(job, 'starting', n);
  store.jobs.setPhase(job, 'running', n);
  store.jobs.settle(job, { kind: 'succeeded', exitCode: 0 }, n);
  process.stdout.write(`${run}\n`);
}
