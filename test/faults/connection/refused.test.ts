import { expect } from 'vitest';
import { startLab } from '../../fixtures/lab.ts';
import { fault } from '../fault.ts';

fault('F01', 'a server that refuses is told with its name, and the others go on', async () => {
  await using lab = await startLab({ servers: 2 });
  await lab.servers[1]?.stop();
  const { code, stdout, stderr } = await lab.cli(
    'run',
    lab.script('hello.sh', '#!/bin/sh\necho hello\n'),
    '--on',
    'web1,web2',
  );
  expect(stdout).toContain('web1 │ hello');
  expect(`${stdout}${stderr}`).toMatch(/web2 .*nobody listens on port/s);
  expect(code).toBe(3);
});
