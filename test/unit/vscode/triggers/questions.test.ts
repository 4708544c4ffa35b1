import { expect, test } from 'vitest';
import { Questions, type Word } from '../../../../src/vscode/triggers/questions.ts';

function setUp() {
  const questions = new Questions();
  const shown: PromiseWithResolvers<Word>[] = [];
  const voids: string[] = [];
  const ask = (hash: string): Promise<Word> =>
    questions.ask('deploy.sh', hash, {
      show: () => {
        const answer = Promise.withResolvers<Word>();
        shown.push(answer);
        return answer.promise;
      },
      tellVoid: () => voids.push(hash),
    });
  return { ask, shown, voids };
}

test('Questions takes the word from the question that is shown', async () => {
  const { ask, shown } = setUp();
  const word = ask('1');
  shown[0]?.resolve('approve');
  expect(await word).toBe('approve');
});

test('Questions takes the word from any notification about the same version', async () => {
  const { ask, shown, voids } = setUp();
  const words = [ask('1'), ask('1')];
  shown[0]?.resolve('approve');
  expect(await Promise.all(words)).toEqual(['approve', 'approve']);
  expect(voids).toEqual([]);
});

test('Questions goes on to wait when an older notification is put away', async () => {
  const { ask, shown } = setUp();
  const words = [ask('1'), ask('1')];
  shown[0]?.resolve('later');
  shown[1]?.resolve('never');
  expect(await Promise.all(words)).toEqual(['never', 'never']);
});

test('Questions takes no word on a version that has changed, and says so', async () => {
  const { ask, shown, voids } = setUp();
  const [old, current] = [ask('1'), ask('2')];
  shown[0]?.resolve('approve');
  expect(await old).toBe('approve');
  expect(voids).toEqual(['1']);
  shown[1]?.resolve('later');
  expect(await current).toBe('later');
  expect(voids).toEqual(['1']);
});
