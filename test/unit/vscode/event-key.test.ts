import { expect, test } from 'vitest';
import { eventKey, isSelection, selectionEvent } from '../../../src/vscode/event-key.ts';
import { eventOf } from './event.ts';
import { runOf } from './run.ts';

test('eventKey() tells events of one script and of two folders apart', () => {
  const script = { root: '/other', path: 'ops/restart.sh' };
  const keys = [eventOf(), eventOf({ id: 'cronium.yaml#restart' }), eventOf({ script })].map(eventKey);
  expect(new Set(keys).size).toBe(3);
});

test('selectionEvent() is an event of its own, whose runs are known as such', () => {
  const selection = selectionEvent(eventOf());
  expect(selection.name).toBe('Restart web (selection)');
  expect(eventKey(selection)).not.toBe(eventKey(eventOf()));
  expect([isSelection(runOf([], { eventId: selection.id })), isSelection(runOf([]))]).toEqual([true, false]);
});
