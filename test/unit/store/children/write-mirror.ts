// Writes the spool of the tests into the mirror in argv[2] for ever, from its end on; says each end that was synced.
import { openMirror } from '../../../../src/store/mirror.ts';
import { endlessRecord } from '../spool.ts';

const mirror = openMirror(process.argv[2] ?? '', { segmentBytes: 100_000 });
let offset = mirror.end;
let tail = Buffer.alloc(0);
for (let seq = mirror.opened.seq; ; seq++) {
  const bytes = Buffer.concat([tail, endlessRecord(seq)]);
  const cut = (seq * 7919) % bytes.length;
  mirror.write(offset, bytes.subarray(0, cut));
  tail = bytes.subarray(cut);
  offset += cut;
  if (seq % 50 === 49) {
    const { end } = mirror;
    await mirror.sync();
    process.stdout.write(`${end}\n`);
  }
}
