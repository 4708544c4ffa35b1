import { expect, test } from 'vitest';
import { comparisonOrder } from '../../../../../src/vscode/commands/logs/comparison-order.ts';
import { FAILED, runOn, SUCCEEDED } from '../../log-entries.ts';

test('comparisonOrder() offers a success first, and against it a failure', () => {
  const { jobs } = runOn({ a: FAILED, b: undefined, c: SUCCEEDED, d: FAILED });
  const names = (order: typeof jobs): string => order.map(({ server }) => server.name).join('');
  expect(names(comparisonOrder(jobs))).toBe('cabd');
  const [success] = comparisonOrder(jobs);
  if (!success) throw new Error('No job');
  expect(names(comparisonOrder(jobs, { against: success }))).toBe('adbc');
});

test('comparisonOrder() offers a success against a failure', () => {
  const { jobs } = runOn({ a: FAILED, b: FAILED, c: SUCCEEDED });
  const [failure] = jobs;
  if (!failure) throw new Error('No job');
  expect(comparisonOrder(jobs, { against: failure })[0]?.server.name).toBe('c');
});
