import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Json } from '../../src/domain/event.ts';
import { formsOf } from '../../src/domain/mask/forms.ts';
import { Mask, MaskStream } from '../../src/domain/mask/mask.ts';
import { maskValue } from '../../src/domain/mask/value.ts';

// The same table is played by the runner: runner/internal/mask/table_test.go, runner/internal/desk/desk_test.go.

interface Table {
  readonly forms: Readonly<Record<string, readonly string[]>>;
  readonly texts: readonly {
    readonly name: string;
    readonly secrets: readonly string[];
    readonly text: string;
    readonly masked: string;
  }[];
  readonly values: readonly { readonly secrets: readonly string[]; readonly value: Json; readonly masked: Json }[];
}

const table = JSON.parse(readFileSync(new URL('../../runner/testdata/masks.json', import.meta.url), 'utf8')) as Table;

test.each(Object.entries(table.forms))('%j has the forms that the runner knows', (value, forms) => {
  const found = [...new Set(formsOf(value))];
  expect(found.sort()).toEqual([...forms].sort());
});

describe.each(table.texts)('$name', ({ secrets, text, masked }) => {
  test('is masked as a whole', () => {
    expect(new Mask(secrets).text(text)).toBe(masked);
  });

  test('is masked the same wherever it is cut', () => {
    const mask = new Mask(secrets);
    const bytes = Buffer.from(text);
    for (let at = 0; at <= bytes.length; at++) {
      expect(play(mask, [bytes.subarray(0, at), bytes.subarray(at)]), `cut at ${at}`).toBe(masked);
    }
  });

  test('is masked the same in single bytes', () => {
    expect(
      play(
        new Mask(secrets),
        [...Buffer.from(text)].map((byte) => Buffer.of(byte)),
      ),
    ).toBe(masked);
  });
});

test.each(table.values)('$value without $secrets', ({ secrets, value, masked }) => {
  expect(maskValue(value, new Mask(secrets))).toEqual(masked);
});

function play(mask: Mask, pieces: readonly Uint8Array[]): string {
  const stream = new MaskStream(mask);
  return Buffer.concat([...pieces.map((piece) => stream.write(piece)), stream.flush()]).toString('utf8');
}
