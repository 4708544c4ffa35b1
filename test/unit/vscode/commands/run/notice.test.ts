import { expect, test } from 'vitest';
import {
  describeEnd,
  isRevealed,
  noticeFor,
  quieterPolicy,
  type Sight,
} from '../../../../../src/vscode/commands/run/notice.ts';
import { FAILED, jobOf, runOf, SUCCEEDED } from '../../run.ts';

const STATUSES = ['success', 'partial', 'failed', 'cancelled'] as const;

const seen: Sight = { isWindowFocused: true, isRunVisible: true };
const away: Sight = { isWindowFocused: false, isRunVisible: true };
const elsewhere: Sight = { isWindowFocused: true, isRunVisible: false };

test('noticeFor() never disturbs a person who has the run before their eyes', () => {
  const notices = STATUSES.map((status) => noticeFor(status, { policy: 'always', sight: seen }));
  expect(notices).toEqual(['passing', 'passing', 'passing', 'passing']);
});

test('noticeFor() tells a person who looks elsewhere as much as the setting says', () => {
  const told = (['always', 'onFailure', 'never'] as const).map((policy) =>
    [away, elsewhere].map((sight) => STATUSES.map((status) => noticeFor(status, { policy, sight }))),
  );
  const always = ['information', 'warning', 'warning', 'passing'];
  const onFailure = ['passing', 'warning', 'warning', 'passing'];
  const never = ['passing', 'passing', 'passing', 'passing'];
  expect(told).toEqual([
    [always, always],
    [onFailure, onFailure],
    [never, never],
  ]);
});

test('quieterPolicy() ends the notices of that kind, and no others that matter more', () => {
  for (const status of ['success', 'partial', 'failed'] as const) {
    const notice = noticeFor(status, { policy: 'always', sight: away });
    if (notice === 'passing') throw new Error(`${status} is not told`);
    const policy = quieterPolicy(notice);
    expect(noticeFor(status, { policy, sight: away })).toBe('passing');
    if (status === 'success') expect(noticeFor('failed', { policy, sight: away })).toBe('warning');
  }
});

test('isRevealed() shows the output at the beginning, after a failure or not at all', () => {
  const moments = ['begin', ...STATUSES] as const;
  const shown = (['always', 'onError', 'never'] as const).map((policy) =>
    moments.filter((moment) => isRevealed(policy, moment)),
  );
  expect(shown).toEqual([['begin'], ['partial', 'failed'], []]);
});

test('describeEnd() is one sentence for all servers', () => {
  const good = jobOf('web1', SUCCEEDED);
  const bad = ['web2', 'web3', 'web4', 'web5'].map((name) => jobOf(name, FAILED));
  const sentences = [
    describeEnd(runOf([good]), 'success'),
    describeEnd(runOf([good, good]), 'success'),
    describeEnd(runOf([good, bad[0] ?? good]), 'partial'),
    describeEnd(runOf([good, ...bad.slice(0, 3)]), 'partial'),
    describeEnd(runOf(bad), 'failed'),
    describeEnd(runOf([jobOf('web1', { outcome: { kind: 'cancelled' } })]), 'cancelled'),
  ];
  expect(sentences).toEqual([
    'Restart web: succeeded on web1',
    'Restart web: succeeded on 2 servers',
    'Restart web: failed (exit code 3) on web2',
    'Restart web: did not succeed on web2, web3, web4',
    'Restart web: did not succeed on web2, web3, web4, 1 more',
    'Restart web: cancelled on web1',
  ]);
});

test('describeEnd() makes no link of a name that looks like one', () => {
  expect(describeEnd(runOf([jobOf('web1', SUCCEEDED)], { eventName: '[x](command:evil)' }), 'success')).toBe(
    '[x] (command:evil): succeeded on web1',
  );
});
