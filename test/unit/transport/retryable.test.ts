import { expect, test } from 'vitest';
import { CroniumError, Stopped } from '../../../src/domain/errors.ts';
import { isRetryable } from '../../../src/transport/transport.ts';

test('isRetryable() is true for what passes by itself', () => {
  const check = (error: unknown, expected: boolean) => expect(isRetryable(error)).toBe(expected);
  for (const code of ['refused', 'unreachable', 'timeout', 'proxy', 'closed', 'channel']) {
    check(new CroniumError(`connect/${code}`, 'x'), true);
  }
  for (const code of [
    'config',
    'denied',
    'hostkey-unknown',
    'hostkey-changed',
    'hostkey-revoked',
    'algorithms',
    'protocol',
    'local',
  ]) {
    check(new CroniumError(`connect/${code}`, 'x'), false);
  }
  check(new Error('x'), false);
  check(new Stopped('user'), false);
  check(undefined, false);
});
