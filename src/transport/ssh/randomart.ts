import { createHash } from 'node:crypto';
import { keyBits } from './key-bits.ts';
import { keyTypeOf } from './known-hosts.ts';

const WIDTH = 17;
const HEIGHT = 9;

/** How often a field was visited; the last two are the start and the end of the walk. */
const SYMBOLS = ' .o+=*BOX@%&#/^SE';
const START = SYMBOLS.length - 2;
const END = SYMBOLS.length - 1;

/**
 * The picture of a host key's SHA-256 fingerprint, as `ssh-keygen -lv` draws it: eleven lines, nineteen wide. A bishop walks from
 * the middle, two bits a step; eyes tell two walks apart that differ in one byte.
 */
export function randomart(key: Buffer): string {
  const visits = Array.from({ length: HEIGHT }, () => new Uint8Array(WIDTH));
  let [x, y] = [(WIDTH - 1) / 2, (HEIGHT - 1) / 2];
  const put = (column: number, line: number, value: (before: number) => number): void => {
    const row = visits[line];
    if (row) row[column] = value(row[column] ?? 0);
  };
  for (const byte of createHash('sha256').update(key).digest()) {
    for (let shift = 0; shift < 8; shift += 2) {
      const step = byte >> shift;
      x = Math.min(WIDTH - 1, Math.max(0, x + (step & 1 ? 1 : -1)));
      y = Math.min(HEIGHT - 1, Math.max(0, y + (step & 2 ? 1 : -1)));
      put(x, y, (before) => Math.min(before + 1, START - 1));
    }
  }
  put((WIDTH - 1) / 2, (HEIGHT - 1) / 2, () => START);
  put(x, y, () => END);
  const rows = visits.map((row) => `|${[...row].map((count) => SYMBOLS[count]).join('')}|`);
  return [border(title(key)), ...rows, border('[SHA256]')].join('\n');
}

function border(text: string): string {
  const left = Math.floor((WIDTH - text.length) / 2);
  return `+${`${'-'.repeat(left)}${text}`.padEnd(WIDTH, '-')}+`;
}

/** `[ED25519 256]`, or without the bits where both do not fit. */
function title(key: Buffer): string {
  const name = SHORT_NAMES[keyTypeOf(key)] ?? keyTypeOf(key).slice(0, WIDTH - 2);
  const whole = `[${name} ${keyBits(key)}]`;
  return whole.length < WIDTH ? whole : `[${name}]`;
}

const SHORT_NAMES: Readonly<Record<string, string>> = {
  'ssh-ed25519': 'ED25519',
  'ssh-rsa': 'RSA',
  'ssh-dss': 'DSA',
  'ecdsa-sha2-nistp256': 'ECDSA',
  'ecdsa-sha2-nistp384': 'ECDSA',
  'ecdsa-sha2-nistp521': 'ECDSA',
};
