import type { SecretStorage } from 'vscode';
import type { Vault } from '../../app/host.ts';

/** Other secrets lie in the same storage. */
const PREFIX = 'variable: ';

/** Keeps the values of secret variables in the editor's own secret storage, which the system's keychain guards. */
export function editorVault(storage: Pick<SecretStorage, 'get' | 'store' | 'delete'>): Vault {
  return {
    find: async (reference) => await storage.get(PREFIX + reference),
    keep: async (reference, value) => await storage.store(PREFIX + reference, value),
    forget: async (reference) => await storage.delete(PREFIX + reference),
  };
}
