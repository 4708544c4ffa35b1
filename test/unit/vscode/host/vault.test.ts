import { expect, test } from 'vitest';
import { rememberedSecrets } from '../../../../src/vscode/host/secrets.ts';
import { editorVault } from '../../../../src/vscode/host/vault.ts';

test('editorVault() keeps values apart from the passwords in the same storage', async () => {
  const kept = new Map([['login: a', 'password']]);
  const storage = {
    keys: async () => [...kept.keys()],
    get: async (key: string) => kept.get(key),
    store: async (key: string, value: string) => void kept.set(key, value),
    delete: async (key: string) => void kept.delete(key),
  };
  const vault = editorVault(storage);
  expect(await vault.find('a')).toBeUndefined();
  await vault.keep('a', 'sesame');
  expect(await vault.find('a')).toBe('sesame');
  expect(await rememberedSecrets(storage).subjects()).toEqual(['a']);
  expect(await rememberedSecrets(storage).find('a')).toBe('password');
  await vault.forget('a');
  expect(await vault.find('a')).toBeUndefined();
  expect([...kept.keys()]).toEqual(['login: a']);
});
