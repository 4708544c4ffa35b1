import { expect, test } from 'vitest';
import { HelperDesk, type Line } from '../../../src/helpers/desk.ts';
import { JOB, MemoryBook, SERVER } from './book.ts';

function open(): { readonly desk: HelperDesk; readonly looked: () => number } {
  const book = new MemoryBook();
  let looked = 0;
  const find = book.find.bind(book);
  book.find = (job) => {
    looked += 1;
    return find(job);
  };
  const desk = new HelperDesk({ book, install: 'i', tokenIssued: () => {}, now: () => 0, log: () => {} });
  return { desk, looked: () => looked };
}

function line(): Line & { readonly tokens: string[] } {
  const tokens: string[] = [];
  const call = async (): Promise<{ code: string }> => ({ code: 'ok' });
  return { server: SERVER, tokens, token: (_job, token) => void tokens.push(token), call };
}

test('HelperDesk.attached() gives a job that another process has started a new token', async () => {
  const { desk, looked } = open();
  using _desk = desk;
  const session = line();
  desk.attached(JOB, session);
  await expect.poll(() => session.tokens.length).toBe(1);
  expect(looked()).toBe(1);
});

test('HelperDesk.keepOut() gives no token, and nobody looks the job up until it is dismissed', () => {
  const { desk, looked } = open();
  using _desk = desk;
  const session = line();
  desk.keepOut(JOB);
  desk.attached(JOB, session);
  expect([looked(), session.tokens]).toEqual([0, []]);
  desk.dismiss(JOB);
  desk.attached(JOB, session);
  expect(looked()).toBe(1);
});
