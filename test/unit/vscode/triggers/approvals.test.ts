import { expect, test } from 'vitest';
import type { Server } from '../../../../src/domain/server.ts';
import { type Approvable, Approvals, approvalHash } from '../../../../src/vscode/triggers/approvals.ts';
import { eventOf } from '../event.ts';

const web: Server = { name: 'web1', kind: 'ssh', address: 'web1', tags: [] };
const approved: Approvable = { event: eventOf({ onSave: true }), payloadSha256: 'a'.repeat(64), servers: [web] };

test('approvalHash() is the same for the same event, content and servers', () => {
  expect(approvalHash(structuredClone(approved))).toBe(approvalHash(approved));
});

test('approvalHash() changes with the content, the options, the servers and their addresses', () => {
  const changed: readonly Approvable[] = [
    { ...approved, payloadSha256: 'b'.repeat(64) },
    { ...approved, event: eventOf({ onSave: true, timeoutMs: 1 }) },
    { ...approved, event: eventOf({ onSave: true, secrets: ['TOKEN'] }) },
    { ...approved, servers: [web, { ...web, name: 'web2', address: 'web2' }] },
    { ...approved, servers: [{ ...web, address: 'elsewhere.example.com' }] },
    { ...approved, servers: [{ ...web, kind: 'local' }] },
  ];
  const hashes = [approved, ...changed].map(approvalHash);
  expect(new Set(hashes).size).toBe(hashes.length);
});

test('Approvals remembers an answer a script, and forgets all', async () => {
  const state = new Map<string, unknown>();
  const approvals = new Approvals({
    get: <T>(key: string, fallback: T) => (state.get(key) as T | undefined) ?? fallback,
    update: async (key, value) => void state.set(key, structuredClone(value)),
  });
  await approvals.remember('/project/one.sh', { kind: 'approved', hash: '1' });
  await approvals.remember('/project/two.sh', { kind: 'never' });
  await approvals.remember('/project/one.sh', { kind: 'approved', hash: '2' });
  const found = ['/project/one.sh', '/project/two.sh', 'constructor'].map((script) => approvals.find(script));
  expect(found).toEqual([{ kind: 'approved', hash: '2' }, { kind: 'never' }, undefined]);
  await approvals.forgetAll();
  expect(approvals.find('/project/two.sh')).toBeUndefined();
});
