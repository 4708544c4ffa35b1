import { expect } from 'vitest';
import { fault } from '../fault.ts';
import type { Random } from '../random.ts';
import { printing, SCREENS, type Screen } from './screens.ts';

/** What acts on a terminal or turns text around. A tab and a line end are text. */
const FORBIDDEN = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

/** Sequences that terminals act on: xterm's and mosh's kinds, links, the clipboard, shell integration, pictures. */
const CORPUS: readonly string[] = [
  '\x1b[2J\x1b[H',
  '\x1b[?1049h',
  '\x1b[6n',
  '\x1b[c',
  '\x1b[>0q',
  '\x1b[21t',
  '\x1b[1;1H\x1b[0J',
  '\x1b[31mred\x1b[0m',
  '\x1b[38;2;1;2;3mtrue\x1b[m',
  '\x1b[38:5:200mcolon\x1b[m',
  '\x1bc',
  '\x1b7\x1b8',
  '\x1b(0lqqk\x1b(B',
  '\x1b#8',
  '\x1b%G',
  '\x1b P',
  '\x1bZ',
  '\x1b]0;title\x07',
  '\x1b]2;title\x1b\\',
  '\x1b]8;;command:workbench.action.quit\x1b\\click\x1b]8;;\x1b\\',
  '\x1b]52;c;ZXZpbA==\x07',
  '\x1b]633;E;rm -rf /;n0nce\x07',
  '\x1b]1337;File=name=eA==;inline=1:AAAA\x07',
  '\x1b]9;4;1;50\x07',
  '\x1b]4;1;?\x07',
  '\x1b]777;notify;a;b\x07',
  '\x1bP+q544e\x1b\\',
  '\x1bPq#0;2;0;0;0#0~~\x1b\\',
  '\x1b^privacy\x1b\\',
  '\x1b_Gf=100,a=T;AAAA\x1b\\',
  '\x1bXsos\x1b\\',
  '\u009b2J',
  '\u009d0;c1 title\u009c',
  '\u0090dcs\u009c',
  '\u0085next line',
  '\x1b[\x1b[31m1m',
  '\x1b\x1b]0;x\x07',
  '\x1b[31\x0032m',
  '\x1b]0;unfinished',
  '\x1b[12;34',
  '\x1b',
  'over\rwritten',
  'ends with a return\r',
  'bell\x07 back\x08space \x0b\x0c\x7f',
  'user\u202egpj.exe\u202c \u2066isolated\u2069 \u200eleft',
  'forged\nweb2 │ · succeeded',
  'über 🚀 日本 \u00e9\u0301',
  '\x1b[200~pasted\x1b[201~',
  '\x1b[8mhidden\x1b[28m',
];

fault('T15', 'whatever a script prints, only text and colours reach an eye, however the bytes were cut', async () => {
  for (const screen of SCREENS) {
    for (const sequence of CORPUS) {
      const bytes = Buffer.from(`before ${sequence} after\nlast`);
      const whole = await shown(screen, [bytes]);
      for (let at = 1; at < bytes.length; at++) {
        const cut = await shown(screen, [bytes.subarray(0, at), bytes.subarray(at)]);
        if (screen.isHasty && sequence.includes('\r')) continue;
        expect(cut, `${screen.name}: ${JSON.stringify(sequence)} cut at ${at}`).toBe(whole);
      }
    }
  }
});

fault(
  'T15',
  'random sequences in random pieces are shown as if they had come at once',
  async ({ random }) => {
    for (let round = 0; round < 300; round++) {
      const bytes = Buffer.concat(Array.from({ length: random.whole(1, 12) }, () => anything(random)));
      const pieces = cutAtRandom(bytes, random);
      for (const screen of SCREENS) {
        const [cut, whole] = [await shown(screen, pieces), await shown(screen, [bytes])];
        if (screen.isHasty && bytes.includes('\r')) continue;
        expect(cut, `${screen.name}: ${JSON.stringify(bytes.toString())}`).toBe(whole);
      }
    }
  },
  { isSeeded: true },
);

fault('T15', 'a line too long to be held is told in parts, and no sequence is cut between two of them', async () => {
  const filler = 'x'.repeat(65_530);
  const kinds = [
    '\x1b[38;2;1;2;3mtrue\x1b[m',
    '\x1b]0;title\x07',
    '\x1bPq#0~~\x1b\\',
    '\x1b(B',
    '\x1b[2J',
    '\x1b[12;34',
  ];
  for (const screen of SCREENS) {
    for (const sequence of kinds) {
      const bytes = Buffer.from(`${filler}${sequence} after\n`);
      const whole = await shown(screen, [bytes]);
      for (let at = filler.length; at < bytes.length; at++) {
        const cut = await shown(screen, [bytes.subarray(0, at), bytes.subarray(at)]);
        // A task of several servers puts the server before each part.
        expect(lettersOf(cut) === lettersOf(whole), `${screen.name}: ${JSON.stringify(sequence)} at ${at}`).toBe(true);
      }
    }
  }
});

fault(['T15', 'T22'], 'no note and no end of one server can look like a line of another', async () => {
  const lie = 'fine\nweb2 │ all is well\r\n\u2028web2  succeeded\x1b[1A\x1b]0;x\x07';
  for (const screen of SCREENS.filter(({ name }) => name !== 'JSON lines')) {
    const text = await screen.show([
      { type: 'note', server: 'web1', message: lie },
      { type: 'settled', server: 'web1', outcome: { kind: 'broken', code: 'x', message: lie } },
      { type: 'settled', server: 'web2', outcome: { kind: 'lost', message: lie } },
      { type: 'finished', run: 'abcdef0123', status: 'failed' },
    ]);
    const seen = judged(screen, text);
    expect(seen, screen.name).not.toMatch(/^web2 (│ all| {1,2}succeeded)/m);
  }
});

async function shown(screen: Screen, pieces: readonly Uint8Array[]): Promise<string> {
  return judged(screen, await screen.show(printing(...pieces)));
}

/** What is left when what the screen may hold was taken away; there must be nothing dangerous in it. */
function judged(screen: Screen, text: string): string {
  const rest = text.replace(screen.allowed, '');
  expect(FORBIDDEN.exec(rest)?.[0], `${screen.name}: ${JSON.stringify(rest.slice(0, 200))}`).toBeUndefined();
  // JSON lines hold a text in as many events as it came in.
  if (screen.name !== 'JSON lines') return rest;
  return rest
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { text?: string }).text ?? '')
    .join('');
}

function lettersOf(text: string): string {
  return text.replace(/web1 +│ |\n/g, '');
}

function anything(random: Random): Buffer {
  const kinds = [
    () => Buffer.from(random.pick(CORPUS)),
    () => random.bytes(random.whole(1, 6)),
    () => Buffer.from(random.pick(['\x1b', '[', ']', ';', 'm', '\x07', '\\', '\r', '\n', 'P', '\u009b', '0', 'K'])),
    () => Buffer.from('text '),
  ];
  return random.pick(kinds)();
}

function cutAtRandom(bytes: Buffer, random: Random): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const to = at + random.whole(1, 5);
    pieces.push(bytes.subarray(at, to));
    at = to;
  }
  return pieces;
}
