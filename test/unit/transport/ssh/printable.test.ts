import fc from 'fast-check';
import { expect, test } from 'vitest';
import { printable } from '../../../../src/transport/ssh/printable.ts';

test('printable() leaves one harmless line', () => {
  const check = (text: string, expected: string) => expect(printable(text, { limit: 20 })).toBe(expected);
  check('hello\r\n  world\t', 'hello world');
  check('\x1b[31mred\x1b[0m \x1b]8;;http://x\x07link\x1b]8;;\x07', 'red link');
  check('\u202Eevil\u200B\u0085\x9b', 'evil');
  check('x'.repeat(30), `${'x'.repeat(19)}…`);
});

test('printable() never lets a control character through', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(printable(text, { limit: 100 })).not.toMatch(/[\p{Cc}\p{Cf}\n\r]/u);
    }),
  );
});
