import { expect, test } from 'vitest';
import type { Deployment } from '../../../../src/app/cronium.ts';
import { deploymentRows } from '../../../../src/vscode/views/deployments.ts';

const RUN = 'abcdef0123456789abcdef0123456789';
const active: Deployment = {
  server: 'web1',
  sha256: 'a'.repeat(64),
  version: '0.1.0',
  platform: 'linux/amd64',
  state: 'active',
  at: 7,
  run: RUN,
};
const deps = {
  moment: (at: number) => `at ${at}`,
  runName: (run: string) => (run === RUN ? 'Restart web' : undefined),
};

test('deploymentRows() lists the versions of each server with state and time, and names the active one', () => {
  const newer: Deployment = {
    ...active,
    sha256: 'b'.repeat(64),
    version: '0.2.0',
    state: 'failed',
    at: 9,
    run: 'gone',
  };
  const older: Deployment = { ...active, sha256: 'c'.repeat(64), version: '0.0.9', state: 'idle', at: 5 };
  const coming: Deployment = { ...active, server: 'web2', state: 'deploying', at: 8 };
  const rows = deploymentRows([newer, active, older, coming], deps);
  expect(rows.map(({ label, description, words, target }) => [label, description, words, target])).toEqual([
    ['web1', '0.1.0 · active', 'deployedServer', { kind: 'server', name: 'web1' }],
    ['web2', '0.1.0 · updating', 'deployedServer', { kind: 'server', name: 'web2' }],
  ]);
  expect(rows[0]?.children?.map(({ label, description, words }) => [label, description, words])).toEqual([
    ['0.2.0', 'failed · linux/amd64 · at 9', 'deployment failed'],
    ['0.1.0', 'active · linux/amd64 · at 7', 'deployment active'],
    ['0.0.9', 'idle · linux/amd64 · at 5', 'deployment idle'],
  ]);
  expect(rows[0]?.children?.[2]?.target).toEqual({ kind: 'deployment', server: 'web1', sha256: 'c'.repeat(64) });
});

test('deploymentRows() leads to the run that brought a version, while it is kept', () => {
  const [row] = deploymentRows([active, { ...active, sha256: 'b'.repeat(64), run: 'gone' }], deps);
  const [kept, gone] = row?.children ?? [];
  expect(kept?.children?.map(({ label, description, target }) => [label, description, target])).toEqual([
    ['Restart web', 'brought it · run abcdef01', { kind: 'run', run: RUN }],
  ]);
  expect(gone?.children).toEqual([]);
  expect(kept?.tooltip).toMatchObject({
    facts: expect.arrayContaining([{ name: 'SHA-256', value: 'a'.repeat(64) }]),
  });
});
