import { expect, test } from 'vitest';
import { itemState } from '../../../src/vscode/item-state.ts';

const idle = { running: [], isPaused: false, isAnyApproved: false };

test('itemState() is there when there is something to tell or to pause', () => {
  const states = [
    idle,
    { ...idle, isAnyApproved: true },
    { ...idle, isPaused: true },
    { ...idle, running: ['Restart web', 'Deploy'], isAnyApproved: true },
  ];
  expect(states.map((state) => itemState(state))).toEqual([
    undefined,
    { text: '$(zap) Cronium', tooltip: 'Cronium: Run on save is on', spoken: 'Cronium: Run on save is on' },
    {
      text: '$(debug-pause) Cronium',
      tooltip: 'Cronium: Run on save is paused',
      spoken: 'Cronium: Run on save is paused',
    },
    {
      text: '$(sync~spin) 2',
      tooltip: 'Cronium: 2 runs go on · Run on save is on\nRestart web\nDeploy',
      spoken: 'Cronium: 2 runs go on, Run on save is on',
    },
  ]);
});

test('itemState() names a bounded number of runs', () => {
  const running = Array.from({ length: 12 }, (_, at) => `Event ${at}`);
  const lines = itemState({ ...idle, running })?.tooltip.split('\n');
  expect([lines?.length, lines?.at(-1)]).toEqual([12, 'and 2 more']);
});
