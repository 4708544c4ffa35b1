import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { outcomeOf, outputOf, startLab } from '../../fixtures/lab.ts';
import { fault } from '../fault.ts';
import { goTest } from '../lab/go-test.ts';
import { linesOf } from './jobs.ts';

fault(
  'F69',
  'a script that reads finds an end, and one that wants a terminal is told at once that there is none',
  async () => {
    await using lab = await startLab();
    const script = lab.script(
      'asks.sh',
      `#!/bin/sh
read answer; echo "read $? [$answer]"
cat | wc -c
tty
(: </dev/tty) 2>/dev/null && echo terminal || echo "no terminal"
python3 -c 'import getpass, sys; getpass.getpass("", sys.stderr)' 2>/dev/null; echo "password $?"
`,
    );
    const events = await lab.run(script, { on: ['web1'] });
    expect(outputOf(events, 'web1')).toBe('read 1 []\n0\nnot a tty\nno terminal\npassword 1\n');
  },
);

fault('F70', 'a script that closes its streams is followed to its own end', async () => {
  await using lab = await startLab();
  const truth = join(lab.folder, 'truth');
  const script = lab.script(
    'closes.sh',
    `#!/bin/bash\necho said\nexec >&- 2>&-\nsleep 1\necho over >'${truth}'\nexit 4\n`,
  );
  const events = await lab.run(script, { on: ['web1'] });
  expect(outcomeOf(events, 'web1')).toEqual({ kind: 'failed', exitCode: 4 });
  expect([outputOf(events, 'web1'), linesOf(truth)]).toEqual(['said\n', ['over']]);
});

/** Those that end a process which does not say otherwise. */
const DEADLY = [
  'HUP',
  'INT',
  'QUIT',
  'ILL',
  'TRAP',
  'ABRT',
  'BUS',
  'FPE',
  'KILL',
  'USR1',
  'SEGV',
  'USR2',
  'PIPE',
  'ALRM',
  'TERM',
  'XCPU',
  'XFSZ',
  'VTALRM',
  'PROF',
  'IO',
  'PWR',
  'SYS',
] as const;

fault('F71', 'every exit code and every signal is told as it was, with a core and without', async () => {
  await using lab = await startLab();
  const codes = [0, 1, 2, 64, 77, 125, 126, 127, 128, 129, 130, 137, 139, 143, 200, 254, 255];
  const script = lab.script(
    'ends.py',
    [
      'import os, resource, signal, sys',
      'kind, value = sys.argv[1], int(sys.argv[2])',
      'if kind == "code": os._exit(value)',
      'if kind == "core": resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))',
      'if value not in (9, 19): signal.signal(value, signal.SIG_DFL)',
      'signal.pthread_sigmask(signal.SIG_UNBLOCK, [value])',
      'os.kill(os.getpid(), value)',
      'signal.pause()',
    ].join('\n'),
  );
  const end = async (...args: string[]) => outcomeOf(await lab.run(script, { on: ['web1'], args }), 'web1');
  for (const code of codes) {
    expect(await end('code', String(code))).toEqual(
      code === 0 ? { kind: 'succeeded', exitCode: 0 } : { kind: 'failed', exitCode: code },
    );
  }
  for (const name of DEADLY) {
    const number = constants.signals[`SIG${name}`];
    expect(await end('signal', String(number)), name).toEqual({ kind: 'failed', signal: `SIG${name}` });
  }
  for (const name of ['QUIT', 'SEGV', 'ABRT'] as const) {
    expect(await end('core', String(constants.signals[`SIG${name}`]))).toEqual({
      kind: 'failed',
      signal: `SIG${name}`,
    });
  }
  expect(await end('signal', '40')).toEqual({ kind: 'failed', signal: 'SIG40' });
});

/** First lines of scripts, and what is said of those that nobody can execute. */
const FIRST_LINES: readonly (readonly [name: string, text: string, outcome: object])[] = [
  [
    'missing.sh',
    '#!/nowhere/bash\n',
    {
      kind: 'broken',
      code: 'run/interpreter-missing',
      message: expect.stringContaining('"/nowhere/bash", which is not on the server'),
    },
  ],
  [
    'folder.sh',
    '#!/tmp\n',
    { kind: 'broken', code: 'run/cannot-execute', message: expect.stringContaining('does not allow') },
  ],
  ['split.sh', '#!/usr/bin/env -S sh -e\nfalse\necho on\n', { kind: 'failed', exitCode: 1 }],
  ['unknown.sh', '#!/usr/bin/env nointerpreter\n', { kind: 'failed', exitCode: 127 }],
  ['no-end.py', 'import sys; sys.exit(6)', { kind: 'failed', exitCode: 6 }],
  ['spaces.sh', '#!   /bin/sh   -e   \nexit 8', { kind: 'failed', exitCode: 8 }],
  ['empty.sh', '#!/bin/sh', { kind: 'succeeded', exitCode: 0 }],
];

fault('F72', 'an interpreter that is not there is named, and one that is gets its script as it is', async () => {
  await using lab = await startLab();
  for (const [name, text, outcome] of FIRST_LINES) {
    expect(outcomeOf(await lab.run(lab.script(name, text), { on: ['web1'] }), 'web1'), name).toEqual(outcome);
  }
});

fault(
  'F74',
  'a time limit that fires while the script exits gives one end, with both facts (200 trials; 2,000 from seed 2 on)',
  async ({ seed }) => {
    const env = { CRONIUM_TRIALS: seed === 1 ? '200' : '2000', CRONIUM_SEED: String(seed) };
    await goTest('.', { run: '^TestTimeLimitWhileTheScriptExits$', env });
  },
  { isSeeded: true, timeoutMs: 300_000 },
);

fault('F75', 'a script that does nothing and one that prints nothing are runs like any other', async () => {
  await using lab = await startLab();
  for (const name of ['nothing.sh', 'true.sh']) {
    const events = await lab.run(lab.script(name, name === 'true.sh' ? readFileSync('/bin/true') : '#!/bin/true\n'), {
      on: ['web1'],
    });
    expect(outcomeOf(events, 'web1'), name).toEqual({ kind: 'succeeded', exitCode: 0 });
    expect(outputOf(events, 'web1')).toBe('');
  }
});

fault(
  'F75',
  'a script of thirty days ends as it ends, and at its limit when that is sooner',
  async () => {
    await goTest('./internal/supervise', { run: '^(TestAScriptOfThirtyDays|TestALimitOfThirtyDays)$' });
  },
  { timeoutMs: 300_000 },
);
