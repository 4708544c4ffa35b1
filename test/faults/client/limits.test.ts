import { expect } from 'vitest';
import { jsonLines, startLab } from '../../fixtures/lab.ts';
import { fault } from '../fault.ts';

const SERVERS = 12;

for (const limit of [40, 64]) {
  fault('F100', `with ${limit} file descriptors every server gets its end, and nothing crashes`, async () => {
    await using lab = await startLab({ servers: SERVERS });
    lab.wrap.push('prlimit', `--nofile=${limit}:${limit}`, '--');
    const script = lab.script('hello.sh', '#!/bin/sh\necho hello\n');
    const { code, stdout, stderr } = await lab.cli('run', script, '--on', 'web*', '--json');
    expect(stderr).not.toMatch(/this is a bug|Bug:/);
    const ends = jsonLines(stdout).filter(({ type }) => type === 'settled');
    expect(ends.length, stderr).toBe(SERVERS);
    for (const { outcome } of ends)
      expect((outcome as { kind: string }).kind, JSON.stringify(outcome)).toBe('succeeded');
    expect(code).toBe(0);
    expect(jsonLines((await lab.cli('runs', '--json')).stdout)).toMatchObject([{ status: 'success' }]);
  });
}
