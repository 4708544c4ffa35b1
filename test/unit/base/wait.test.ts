import { setImmediate as turn } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { abortable } from '../../../src/base/wait.ts';
import { abortable as abortableSsh } from '../../../src/transport/ssh/abortable.ts';

test('abortable() on a signal that has aborted leaves no promise whose failure nobody takes', async () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => void unhandled.push(reason);
  process.on('unhandledRejection', note);
  onTestFinished(() => void process.off('unhandledRejection', note));
  const signal = AbortSignal.abort(new Error('over'));
  await expect(async () => await abortable(Promise.reject(new Error('late')), { signal })).rejects.toThrow('over');
  await expect(abortableSsh(Promise.reject(new Error('late')), signal)).rejects.toThrow('over');
  await turn();
  expect(unhandled).toEqual([]);
});
