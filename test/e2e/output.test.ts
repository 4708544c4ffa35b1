import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { jsonLines, type Lab, outcomeOf, startLab } from '../fixtures/lab.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await startLab();
});
afterAll(() => lab[Symbol.asyncDispose]());

test('a line of 10 MB without its end arrives whole', async () => {
  const script = lab.script('long.sh', '#!/bin/sh\nhead -c 10000000 /dev/zero | tr "\\0" x\n');
  let length = 0;
  const events = await lab.run(script, {
    on: ['web1'],
    onEvent: (event) => {
      if (event.type === 'output') length += event.text.length;
    },
  });
  expect([outcomeOf(events, 'web1'), length]).toEqual([{ kind: 'succeeded', exitCode: 0 }, 10_000_000]);
  const { stdout } = await lab.cli('run', script, '--on', 'web1');
  expect(stdout).toBe(`web1 │ ${'x'.repeat(10_000_000)}\n`);
});

test('binary output is the same on both sides', async () => {
  const script = lab.script(
    'binary.py',
    'import os,sys\nfor i in range(40): sys.stdout.buffer.write(bytes(range(256))*100)\n',
  );
  await lab.run(script, { on: ['web1'] });
  expect(await rawHash(await lastRun())).toBe(
    createHash('sha256')
      .update(
        Buffer.alloc(
          256 * 100 * 40,
          Uint8Array.from({ length: 256 }, (_, byte) => byte),
        ),
      )
      .digest('hex'),
  );
});

test('200 MB of output are equal on both sides, in the mirror and in the spool', async () => {
  const line =
    'The quick brown fox jumps over the lazy dog and writes a line of a hundred bytes, as logs do; it is so\n';
  const script = lab.script('big.sh', `#!/bin/sh\nyes '${line.trim()}' | head -c 200000000\n`);
  const { code } = await lab.cli('run', script, '--on', 'web1', '--json').then(({ code }) => ({ code }));
  expect(code).toBe(0);
  const expected = createHash('sha256');
  const block = Buffer.from(line.repeat(10_000));
  for (let left = 200_000_000; left > 0; left -= block.length)
    expected.update(block.subarray(0, Math.min(left, block.length)));
  const run = await lastRun();
  expect(await rawHash(run)).toBe(expected.digest('hex'));
});

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

function numbered(letter: string): string {
  const hash = createHash('sha256');
  for (let line = 0; line < 100_000; line++) hash.update(`${letter}${line}\n`);
  return hash.digest('hex');
}

async function lastRun(): Promise<string> {
  return String(jsonLines((await lab.cli('runs', '--json')).stdout)[0]?.id);
}

/** SHA-256 of what `cronium logs --raw` prints. */
async function rawHash(run: string): Promise<string> {
  const { child, ended } = lab.start('logs', run, '--raw', '--server', 'web1');
  void ended;
  const hash = createHash('sha256');
  child.stdout?.setEncoding('latin1').on('data', (chunk: string) => hash.update(chunk, 'latin1'));
  await ended;
  return hash.digest('hex');
}
