import { expect, test } from 'vitest';
import {
  createSecretMemory,
  isEventSecret,
  isLoginSecret,
  rememberedSecrets,
} from '../../../../src/vscode/host/secrets.ts';

const WEB = 'password deploy@web1:22';
const TOKEN = 'secret TOKEN of deploy.sh in /project';

/** The editor's secret storage, with what was left in it. */
function storageOf(left: Readonly<Record<string, string>> = {}) {
  const kept = new Map(Object.entries(left));
  return {
    kept,
    keys: async () => [...kept.keys()],
    get: async (key: string) => kept.get(key),
    store: async (key: string, value: string) => void kept.set(key, value),
    delete: async (key: string) => void kept.delete(key),
  };
}

function memoryOf(left: Readonly<Record<string, string>> = {}) {
  const storage = storageOf(left);
  const remembered = rememberedSecrets(storage);
  const problems: string[] = [];
  return { remembered, problems, ...createSecretMemory(remembered, (message) => problems.push(message)) };
}

const never = async () => {
  throw new Error('asked');
};
const typing = (secret: string, isToBeKept: boolean) => async () => ({ secret, isToBeKept });

test('createSecretMemory() remembers a secret that was right, if that was asked for', async () => {
  const memory = memoryOf();
  expect(await memory.answer(WEB, 0, typing('sesame', true))).toBe('sesame');
  expect(await memory.remembered.subjects()).toEqual([]);
  await memory.tried(WEB, 'accepted');
  expect(await memory.remembered.subjects()).toEqual([WEB]);
  expect(await memory.answer(WEB, 0, never)).toBe('sesame');
});

test('createSecretMemory() remembers nothing that was wrong or that nobody asked it to', async () => {
  const memory = memoryOf();
  await memory.answer(WEB, 0, typing('typo', true));
  await memory.tried(WEB, 'refused');
  await memory.answer(WEB, 1, typing('sesame', false));
  await memory.tried(WEB, 'accepted');
  expect(await memory.remembered.subjects()).toEqual([]);
});

test('createSecretMemory() forgets a remembered secret that is wrong, and asks', async () => {
  const memory = memoryOf({ [`login: ${WEB}`]: 'yesterday' });
  expect(await memory.answer(WEB, 0, never)).toBe('yesterday');
  await memory.tried(WEB, 'refused');
  expect(await memory.remembered.subjects()).toEqual([]);
  expect(await memory.answer(WEB, 1, typing('sesame', false))).toBe('sesame');
});

test('createSecretMemory() asks again after a wrong answer, whatever is remembered meanwhile', async () => {
  const memory = memoryOf({ [`login: ${WEB}`]: 'yesterday' });
  expect(await memory.answer(WEB, 1, typing('sesame', true))).toBe('sesame');
  await memory.tried(WEB, 'accepted');
  expect(await memory.answer(WEB, 0, never)).toBe('sesame');
});

test('createSecretMemory() works without the storage, and tells of it without the secret', async () => {
  const fail = async () => {
    throw new Error('no keyring');
  };
  const problems: string[] = [];
  const memory = createSecretMemory(
    { subjects: fail, find: fail, keep: fail, forget: fail },
    (message) => void problems.push(message),
  );
  expect(await memory.answer(WEB, 0, typing('sesame', true))).toBe('sesame');
  await memory.tried(WEB, 'accepted');
  await memory.tried(WEB, 'refused');
  expect(problems).toEqual(['look up', 'remember', 'forget'].map((what) => `Cannot ${what} the ${WEB}: no keyring`));
});

test('rememberedSecrets() leaves what others keep alone', async () => {
  const remembered = rememberedSecrets(storageOf({ other: 'x', 'login: passphrase /key': 'y' }));
  expect(await remembered.subjects()).toEqual(['passphrase /key']);
  await remembered.forget('passphrase /key');
  expect(await remembered.subjects()).toEqual([]);
});

test('isLoginSecret() takes what logs in, not what a script is given', () => {
  expect([WEB, 'passphrase /key', TOKEN].map(isLoginSecret)).toEqual([true, true, false]);
  expect([WEB, 'passphrase /key', TOKEN].map(isEventSecret)).toEqual([false, false, true]);
});

test('createSecretMemory() keeps the secret of an event at once, only when asked to, and asks no more', async () => {
  const memory = memoryOf();
  expect(await memory.answerForGood(TOKEN, typing('once', false))).toBe('once');
  expect(await memory.answerForGood(TOKEN, async () => undefined)).toBeUndefined();
  expect(await memory.remembered.subjects()).toEqual([]);
  expect(await memory.answerForGood(TOKEN, typing('sesame', true))).toBe('sesame');
  expect(await memory.remembered.subjects()).toEqual([TOKEN]);
  expect(await memory.answerForGood(TOKEN, never)).toBe('sesame');
  await memory.remembered.forget(TOKEN);
  expect(await memory.answerForGood(TOKEN, typing('other', false))).toBe('other');
});
