import { expect, test } from 'vitest';
import { MEMORY_KEYS } from '../../../../src/vscode/contributions.ts';
import { Approvals, type Approved, isUnchanged } from '../../../../src/vscode/triggers/approvals.ts';
import type { Version } from '../../../../src/vscode/triggers/version.ts';
import { memoryOf } from '../memory.ts';

const version: Version = {
  hash: '1',
  payloadSha256: 'a',
  scriptSha256: 'b',
  options: {},
  servers: { web1: 'web1' },
  text: 'echo',
};
const approved: Approved = { kind: 'approved', version };

test('Approvals remembers the last answer for each event, and forgets all', async () => {
  const approvals = new Approvals(memoryOf());
  expect(approvals.isAnyApproved).toBe(false);
  await approvals.remember('one', { kind: 'never' });
  expect(approvals.isAnyApproved).toBe(false);
  await approvals.remember('two', approved);
  await approvals.remember('two', { ...approved, version: { ...version, hash: '2' } });
  expect(['one', 'two', 'constructor'].map((event) => approvals.find(event))).toEqual([
    { kind: 'never' },
    { ...approved, version: { ...version, hash: '2' } },
    undefined,
  ]);
  expect(approvals.isAnyApproved).toBe(true);
  await approvals.forgetAll();
  expect([approvals.find('one'), approvals.find('two')]).toEqual([undefined, undefined]);
});

test('Approvals keeps every approval, and the texts of the latest twenty', async () => {
  const approvals = new Approvals(memoryOf());
  for (let number = 0; number < 22; number++) await approvals.remember(`event ${number}`, approved);
  await approvals.remember('event 1', approved);
  const texts = Array.from({ length: 22 }, (_, number) => {
    const answer = approvals.find(`event ${number}`);
    return answer?.kind === 'approved' ? answer.version.text : 'no approval';
  });
  expect(texts.map((text, number) => [number, text]).filter(([, text]) => text !== 'echo')).toEqual([
    [0, undefined],
    [2, undefined],
  ]);
});

test('Approvals asks again for what another version has approved', () => {
  const left = { one: { kind: 'approved', hash: '1' }, two: 'approved', three: { kind: 'never' } };
  const approvals = new Approvals(memoryOf({ [MEMORY_KEYS.runOnSave]: left }));
  expect(['one', 'two', 'three'].map((event) => approvals.find(event)?.kind)).toEqual([undefined, undefined, 'never']);
});

test('isUnchanged() lets a person try again after a failure, and an automatic save not', () => {
  const ends = [undefined, 'good', 'bad'] as const;
  const skipped = [true, false].map((isByHand) =>
    ends.map((lastEnd) => isUnchanged({ ...approved, ...(lastEnd ? { lastEnd } : {}) }, { isByHand })),
  );
  expect(skipped).toEqual([
    [false, true, false],
    [false, true, true],
  ]);
});
