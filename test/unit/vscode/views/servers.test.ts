import { expect, test } from 'vitest';
import type { Deployment } from '../../../../src/app/cronium.ts';
import { LOCAL } from '../../../../src/domain/server.ts';
import { deploymentRows } from '../../../../src/vscode/views/deployments.ts';
import { serverRows } from '../../../../src/vscode/views/servers.ts';

const web = { name: 'web1', kind: 'ssh', address: 'deploy@web1.example.com', tags: ['web'] } as const;
const deployed: Deployment = {
  server: 'web1',
  sha256: 'a'.repeat(64),
  version: '0.1.0',
  platform: 'linux/amd64',
  state: 'active',
  at: 7,
};

test('serverRows() tells address, tags and the runner that is there', () => {
  const rows = serverRows([LOCAL, web], [{ ...deployed, state: 'failed', version: '0.2.0' }, deployed]);
  expect(rows.map(({ label, description }) => [label, description])).toEqual([
    ['local', 'this machine'],
    ['web1', 'deploy@web1.example.com · @web · runner 0.1.0'],
  ]);
});

test('deploymentRows() lists the versions of each server with state and time', () => {
  const older: Deployment = { ...deployed, sha256: 'b'.repeat(64), version: '0.0.9', state: 'failed', at: 5 };
  const rows = deploymentRows([deployed, older], { moment: (at) => `at ${at}` });
  expect(rows.map(({ label, description, children }) => [label, description, children?.length])).toEqual([
    ['web1', '0.1.0 · active', 2],
  ]);
  expect(rows[0]?.children?.map(({ label, description }) => [label, description])).toEqual([
    ['0.1.0', 'active · linux/amd64 · at 7'],
    ['0.0.9', 'failed · linux/amd64 · at 5'],
  ]);
});
