import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { startLab } from '../../fixtures/lab.ts';
import { fault } from '../fault.ts';

fault(
  'F90',
  'what a script has set has its effect once, in order, also when its client is killed in between',
  async () => {
    await using lab = await startLab();
    const gate = join(lab.folder, 'gate');
    const script = lab.script(
      'count.sh',
      `#!/bin/sh
n=0
while [ $n -lt 8 ]; do n=$((n + 1)); cronium.setVariable hits $n --json --scope global; cronium.output hits $n --json; done
echo half
until [ -e "$1" ]; do sleep 0.05; done
while [ $n -lt 16 ]; do n=$((n + 1)); cronium.setVariable hits $n --json --scope global; cronium.output hits $n --json; done
`,
    );
    const running = lab.start('run', script, '--on', 'web1', '--json', '--', gate);
    await running.saw('half');
    running.child.kill('SIGKILL');
    await running.ended;
    writeFileSync(gate, '');
    expect((await lab.cli('resume')).code).toBe(0);
    await using engine = lab.engine();
    const [run] = engine.runs();
    expect(engine.outputs(String(run?.id))).toEqual({ web1: { hits: 16 } });
    const history = engine.variableHistory({ scope: 'global', owner: '', name: 'hits' });
    expect(history.map(({ version, value }) => [version, value])).toEqual(
      Array.from({ length: 16 }, (_, at) => [16 - at, 16 - at]),
    );
  },
);
