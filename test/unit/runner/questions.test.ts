import { expect, test } from 'vitest';
import { CroniumError, Stopped } from '../../../src/domain/errors.ts';
import type { ServerQuestion } from '../../../src/runner/client-message.ts';
import { Questions } from '../../../src/runner/questions.ts';
import type { StoredItem } from '../../../src/runner/server-report.ts';

const SIGNAL = new AbortController().signal;
const HEALTH = { cores: 1, disk: { total: 2, free: 1 }, jobs: 0 };

function open(): { questions: Questions; asked: ServerQuestion[] } {
  const asked: ServerQuestion[] = [];
  return { questions: new Questions('web1', (question) => asked.push(question)), asked };
}

function item(name: string): StoredItem {
  return { kind: 'payload', name, bytes: 1, isInUse: false };
}

test('each question has its number, and an answer goes to the one who asked it', async () => {
  const { questions, asked } = open();
  const first = questions.health({ signal: SIGNAL });
  const second = questions.health({ signal: SIGNAL });
  expect(asked).toEqual([
    { type: 'health', id: 1 },
    { type: 'health', id: 2 },
  ]);
  questions.hear({ type: 'health', id: 2, health: { ...HEALTH, jobs: 2 } });
  questions.hear({ type: 'health', id: 1, health: { ...HEALTH, jobs: 1 } });
  expect([(await first).jobs, (await second).jobs]).toEqual([1, 2]);
});

test('pages are joined, also those of two questions that come in turn', async () => {
  const { questions } = open();
  const inventory = questions.inventory({ signal: SIGNAL });
  const cleaned = questions.clean({ signal: SIGNAL });
  questions.hear({ type: 'inventory', id: 1, items: [item('a')], more: true });
  questions.hear({ type: 'cleaned', id: 2, removed: [item('b')], kept: [], more: true });
  questions.hear({ type: 'inventory', id: 1, items: [item('c')], more: false });
  questions.hear({ type: 'cleaned', id: 2, removed: [], kept: [item('d')], more: false });
  expect(await inventory).toEqual([item('a'), item('c')]);
  expect(await cleaned).toEqual({ removed: [item('b')], kept: [item('d')] });
});

test('a refusal goes to its question, in the words of the server', async () => {
  const { questions, asked } = open();
  const removing = questions.remove('ab', { signal: SIGNAL });
  expect(asked).toEqual([{ type: 'remove', id: 1, sha256: 'ab' }]);
  questions.refuse({ type: 'refused', re: 'remove', code: 'runner/busy', message: 'Cannot remove it', id: 1 });
  await expect(removing).rejects.toMatchObject({ code: 'runner/busy', message: '"web1" refused: Cannot remove it' });
  const again = questions.remove('ab', { signal: SIGNAL });
  questions.refuse({ type: 'refused', re: 'cancel', code: 'x', message: 'y', job: '1' });
  questions.hear({ type: 'removed', id: 2 });
  await again;
});

test('who has given up is not told, and a late answer is not kept', async () => {
  const { questions } = open();
  const abort = new AbortController();
  const asking = questions.inventory({ signal: abort.signal });
  abort.abort(new Stopped('user'));
  await expect(asking).rejects.toBe(abort.signal.reason);
  questions.hear({ type: 'inventory', id: 1, items: [item('a')], more: true });
  questions.hear({ type: 'inventory', id: 1, items: [item('a')], more: false });
  await expect(questions.health({ signal: abort.signal })).rejects.toBe(abort.signal.reason);
});

test('the end of the session ends every question, also later ones', async () => {
  const { questions } = open();
  const asking = questions.health({ signal: SIGNAL });
  const over = new CroniumError('session/closed', 'over');
  questions.fail(over);
  await expect(asking).rejects.toBe(over);
  await expect(questions.clean({ signal: SIGNAL })).rejects.toBe(over);
});

test('an answer to another question is none, whatever its number', async () => {
  const { questions } = open();
  const asking = questions.inventory({ signal: SIGNAL });
  questions.hear({ type: 'health', id: 1, health: HEALTH });
  questions.hear({ type: 'removed', id: 1 });
  questions.refuse({ type: 'refused', re: 'remove', code: 'x', message: 'y', id: 1 });
  questions.hear({ type: 'inventory', id: 1, items: [item('a')], more: false });
  expect(await asking).toEqual([item('a')]);
});

test('a list without an end is a violation', () => {
  const { questions } = open();
  questions.inventory({ signal: SIGNAL }).catch(() => {});
  const items = Array.from({ length: 50_000 }, (_, index) => item(String(index)));
  for (let page = 0; page < 4; page++) questions.hear({ type: 'inventory', id: 1, items, more: true });
  expect(() => questions.hear({ type: 'inventory', id: 1, items, more: true })).toThrow('more than 200,000 things');
});

test('a desk is asked where the runner knows how, and its refusal has a reason', async () => {
  const { questions, asked } = open();
  const call = { verb: 'secret', name: 'DB', call: 'http 1' } as const;
  const job = '1'.repeat(32);
  await expect(questions.call(job, call, { signal: SIGNAL, capabilities: ['helpers'] })).rejects.toMatchObject({
    code: 'runner/old',
  });
  expect(asked).toEqual([]);
  const answers = [1, 2].map(() => questions.call(job, call, { signal: SIGNAL, capabilities: ['calls'] }));
  expect(asked[0]).toEqual({ type: 'call', id: 1, job, ...call });
  questions.hear({ type: 'answer', id: 1, code: 'ok', value: 'hush' });
  questions.refuse({ type: 'refused', re: 'call', code: 'job/unknown', message: 'The job has ended', id: 2 });
  expect(await answers[0]).toMatchObject({ code: 'ok', value: 'hush' });
  await expect(answers[1]).rejects.toMatchObject({ code: 'job/unknown' });
});
