import { expect, test } from 'vitest';
import type { RunOutputs } from '../../../../../src/app/cronium.ts';
import { chosenOutputs } from '../../../../../src/vscode/commands/run/chosen-outputs.ts';

const OUTPUTS: Readonly<Record<string, RunOutputs>> = {
  a: { web1: { rows: 42 }, web2: { rows: 1, list: ['ü'] } },
  b: { web1: { ok: true } },
  c: {},
};
const of = (run: string): RunOutputs => OUTPUTS[run] ?? {};

test('chosenOutputs() has those of a run, or of the servers that were chosen', () => {
  expect(chosenOutputs([{ run: 'a' }], of)).toBe('{"web1":{"rows":42},"web2":{"rows":1,"list":["ü"]}}');
  expect(chosenOutputs([{ run: 'a', servers: ['web2'] }], of)).toBe('{"web2":{"rows":1,"list":["ü"]}}');
});

test('chosenOutputs() has a line for each run that has put something out', () => {
  expect(chosenOutputs([{ run: 'b' }, { run: 'c' }, { run: 'a', servers: ['web1'] }], of)).toBe(
    '{"web1":{"ok":true}}\n{"web1":{"rows":42}}',
  );
  expect(chosenOutputs([{ run: 'c' }, { run: 'a', servers: ['web9'] }], of)).toBeUndefined();
});
