// Opens the store in argv[2] and says "ready"; at a line on stdin claims every unfinished job and says the ids that it got.
import { once } from 'node:events';
import { newOwner } from '../../../../src/store/owner.ts';
import { openStore } from '../../../../src/store/store.ts';

using store = openStore(process.argv[2] ?? '');
const owner = newOwner();
const jobs = store.jobs.unfinished();
process.stdout.write('ready\n');
await once(process.stdin, 'data');
for (const job of jobs) {
  if (store.jobs.claim(job.id, owner, { now: Date.now(), leaseMs: 60_000 })) process.stdout.write(`${job.id}\n`);
}
process.stdout.write('done\n');
await once(process.stdin, 'end');
