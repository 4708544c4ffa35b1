import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Lab, startLab } from '../fixtures/lab.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await startLab();
});
afterAll(() => lab[Symbol.asyncDispose]());

test('nothing of 100,000 numbered lines on both streams is lost or out of order, in 20 runs', async () => {
  const script = lab.script(
    'numbered.py',
    'import sys\nfor i in range(100000):\n  sys.stdout.write("o%d\\n" % i)\n  sys.stderr.write("e%d\\n" % i)\n',
  );
  const expected = { stdout: numbered('o'), stderr: numbered('e') };
  for (let round = 0; round < 20; round++) {
    const seen = { stdout: createHash('sha256'), stderr: createHash('sha256') };
    await lab.run(script, {
      on: ['web1'],
      onEvent: (event) => {
        if (event.type === 'output') seen[event.stream].update(event.text);
      },
    });
    expect({ stdout: seen.stdout.digest('hex'), stderr: seen.stderr.digest('hex') }).toEqual(expected);
  }
});

test('long lines and letters of several bytes come as they are, however records, frames and packets cut them', async () => {
  const script = lab.script(
    'long.py',
    'import sys\nfor i in range(3000):\n  sys.stdout.write(("%d größer 漢字 🎉 " % i) * (i % 700) + "\\n")\n',
  );
  const seen = createHash('sha256');
  await lab.run(script, {
    on: ['web1'],
    onEvent: (event) => {
      if (event.type === 'output') seen.update(event.text);
    },
  });
  const expected = createHash('sha256');
  for (let line = 0; line < 3_000; line++) expected.update(`${`${line} größer 漢字 🎉 `.repeat(line % 700)}\n`);
  expect(seen.digest('hex')).toBe(expected.digest('hex'));
});

function numbered(letter: string): string {
  const hash = createHash('sha256');
  for (let line = 0; line < 100_000; line++) hash.update(`${letter}${line}\n`);
  return hash.digest('hex');
}
