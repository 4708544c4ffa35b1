import { expect, test } from 'vitest';
import type { LogEntry, LogPlace } from '../../../src/app/cronium.ts';
import { readEntries } from '../../../src/app/log.ts';
import { LogTeller } from '../../../src/app/tell.ts';
import { Mask } from '../../../src/domain/mask/mask.ts';
import { openMirror } from '../../../src/store/mirror.ts';
import { type Draft, encodeSpool } from '../store/spool.ts';
import { tempDir } from '../store/temp-dir.ts';

const mask = new Mask(['hunter2-hunter2']);

const out = (text: string): Draft => ({ type: 2, body: Buffer.from(text) });
const err = (text: string): Draft => ({ type: 3, body: Buffer.from(text) });
const note = (message: string): Draft => ({ type: 4, body: Buffer.from(JSON.stringify({ code: 'killed', message })) });

/** A log whose secrets nobody has masked. */
const LOG = [
  out('a hunt'),
  err('b hunter2'),
  note('killed x --key hunter2-hunter2'),
  out('er2-hunter2 c'),
  err('-hunter2'),
  out(' hu'),
];

function textOf(entry: LogEntry): string {
  return entry.kind === 'note' ? `(${entry.message})` : `${entry.stream} ${Buffer.from(entry.bytes)}`;
}

async function read(
  dir: string,
  options: { readonly from?: LogPlace; readonly isOver?: boolean } = {},
): Promise<LogEntry[]> {
  const entries: LogEntry[] = [];
  for await (const entry of readEntries(dir, { from: options.from, mask, isOver: options.isOver ?? true }))
    entries.push(entry);
  return entries;
}

test('readEntries() masks what a mirror holds, over the borders of records, with the rest at the end', async () => {
  using dir = tempDir();
  const mirror = openMirror(dir.path);
  mirror.write(0, encodeSpool(LOG));
  mirror.close();
  expect((await read(dir.path)).map(textOf)).toEqual([
    'stdout a ',
    'stderr b ',
    '(killed x --key ***)',
    'stdout *** c',
    'stderr ***',
    'stdout  ',
    'stdout hu',
  ]);
});

test('readEntries() goes on wherever it has stopped, as if it had not', async () => {
  using dir = tempDir();
  const mirror = openMirror(dir.path);
  const said: string[] = [];
  let from: LogPlace | undefined;
  for (let count = 1; count <= LOG.length; count++) {
    mirror.write(0, encodeSpool(LOG.slice(0, count)));
    // Each entry may be the last one that a reader takes.
    for (;;) {
      const [entry] = await read(dir.path, { ...(from ? { from } : {}), isOver: count === LOG.length });
      if (!entry) break;
      said.push(textOf(entry));
      from = entry.next;
    }
  }
  mirror.close();
  expect(said).toEqual((await read(dir.path)).map(textOf));
});

test('LogTeller masks over the borders of looks, and does not keep the last letter of a question to itself', async () => {
  using dir = tempDir();
  const mirror = openMirror(dir.path);
  const told: string[] = [];
  const teller = new LogTeller(dir.path, {
    ...{ server: 'web', mask },
    emit: async (event) =>
      void told.push(event.type === 'output' ? event.text : event.type === 'note' ? event.message : ''),
  });
  const drafts: Draft[] = [];
  for (const draft of [...LOG.slice(0, 4), err('-hunter2'), out(' your name: h')]) {
    drafts.push(draft);
    mirror.write(0, encodeSpool(drafts));
    await teller.look();
  }
  expect(told.at(-1)).toBe(' your name: ');
  await teller.look();
  await teller.end();
  mirror.close();
  expect(told).toEqual(['a ', 'b ', 'killed x --key ***', '*** c', '***', ' your name: ', 'h']);
});
