import { expect, test } from 'vitest';
import { serverNames, versions } from '../../../../../src/vscode/commands/servers/server-targets.ts';
import type { Row, Target } from '../../../../../src/vscode/views/row.ts';

const row = (id: string, target?: Target): Row => ({
  id,
  label: id,
  icon: { name: 'server' },
  words: '',
  spoken: id,
  ...(target ? { target } : {}),
});

test('serverNames() names each server once, whatever shows it', () => {
  const rows = [
    row('web1', { kind: 'server', name: 'web1' }),
    row('group web1', { kind: 'server', name: 'web1' }),
    row('version', { kind: 'deployment', server: 'web2', sha256: 'a' }),
    row('group'),
    row('run', { kind: 'run', run: 'x' }),
  ];
  expect(serverNames(rows)).toEqual(['web1', 'web2']);
  expect(versions(rows)).toEqual([{ server: 'web2', sha256: 'a' }]);
});
