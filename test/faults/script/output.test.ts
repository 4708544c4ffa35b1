import { spawn } from 'node:child_process';
import { createHash, type Hash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect } from 'vitest';
import { jsonLines, type Lab, outcomeOf, outputOf, startLab } from '../../fixtures/lab.ts';
import { fault } from '../fault.ts';

const CLI = resolve(import.meta.dirname, '../../../dist/cli.js');

/** What the client may use, whatever a script prints. */
const MAX_CLIENT_BYTES = 250 * 1024 * 1024;

fault(
  'F60',
  'output without an end to it arrives whole, in bounded memory (200 MB; 1 GB from seed 2 on)',
  async ({ seed }) => {
    const lines = seed === 1 ? 22_500_000 : 108_000_000;
    await using lab = await startLab();
    const truth = join(lab.folder, 'truth');
    const script = lab.script('flood.sh', `#!/bin/bash\nseq 1 ${lines} | tee >(sha256sum >'${truth}')\n`);
    expect(await peakOf(lab, 'run', script, '--on', 'web1')).toBeLessThan(MAX_CLIENT_BYTES);
    expect(await rawHash(lab)).toBe(readFileSync(truth, 'utf8').slice(0, 64));
  },
  { isSeeded: true, timeoutMs: 600_000 },
);

fault(
  'F61',
  '100,000 lines a second on each stream lose nothing and keep their order (3 s; 60 s from seed 2 on)',
  async ({ seed }) => {
    const seconds = seed === 1 ? 3 : 60;
    await using lab = await startLab();
    const script = lab.script(
      'lines.py',
      [
        'import sys, time',
        'begun = time.monotonic()',
        `for second in range(${seconds * 20}):`,
        '  first = second * 5000',
        '  for out, letter in ((sys.stdout, "o"), (sys.stderr, "e")):',
        '    out.write("".join("%s%d\\n" % (letter, first + i) for i in range(5000))); out.flush()',
        '  time.sleep(max(0, begun + (second + 1) / 20 - time.monotonic()))',
      ].join('\n'),
    );
    const seen = { stdout: createHash('sha256'), stderr: createHash('sha256') };
    const events = await lab.run(script, {
      on: ['web1'],
      onEvent: (event) => {
        if (event.type === 'output') seen[event.stream].update(event.text);
      },
    });
    expect(outcomeOf(events, 'web1')).toEqual({ kind: 'succeeded', exitCode: 0 });
    for (const [stream, letter] of [
      ['stdout', 'o'],
      ['stderr', 'e'],
    ] as const) {
      const expected = createHash('sha256');
      for (let line = 0; line < seconds * 100_000; line++) expected.update(`${letter}${line}\n`);
      expect(seen[stream].digest('hex'), stream).toBe(expected.digest('hex'));
    }
  },
  { isSeeded: true, timeoutMs: 300_000 },
);

fault(
  'F63',
  'a line without an end is kept as it is and told in parts (20 MB; 1 GB from seed 2 on)',
  async ({ seed }) => {
    const bytes = seed === 1 ? 20_000_000 : 1_000_000_000;
    await using lab = await startLab();
    const script = lab.script('line.sh', `#!/bin/sh\nhead -c ${bytes} /dev/zero | tr '\\0' x\n`);
    expect(await peakOf(lab, 'run', script, '--on', 'web1')).toBeLessThan(MAX_CLIENT_BYTES);
    const expected = createHash('sha256');
    const block = Buffer.alloc(1_000_000, 'x');
    for (let at = 0; at < bytes; at += block.length) expected.update(block);
    expect(await rawHash(lab)).toBe(expected.digest('hex'));
    if (seed > 1) return;
    const { stdout } = await lab.cli('logs', await lastRun(lab));
    expect(stdout === `web1 │ ${'x'.repeat(bytes)}\n`).toBe(true);
  },
  { isSeeded: true, timeoutMs: 600_000 },
);

fault(
  'F64',
  'bytes that are no text are kept as they are, and shown the same however they were written',
  async ({ random }) => {
    await using lab = await startLab();
    const pieces = Array.from({ length: 2_000 }, () =>
      random.pick([
        () => random.bytes(random.whole(1, 7)),
        () => Buffer.from(random.pick(['ä', '€', '🚀', '日本', '\0', '\n', '\u2028', '\ufeff'])),
        () => Buffer.from('🚀').subarray(0, random.whole(1, 3)),
      ])(),
    );
    const all = Buffer.concat([...pieces, Buffer.from(Uint8Array.from({ length: 256 }, (_, byte) => byte))]);
    const file = lab.script('bytes.bin', all);
    const script = lab.script(
      'bytes.py',
      [
        'import os, random, sys, time',
        `data = open(${JSON.stringify(file)}, "rb").read()`,
        `random.seed(${random.whole(0, 1e9)})`,
        'at = 0',
        'while at < len(data):',
        '  n = random.randint(1, 7)',
        '  os.write(1, data[at:at + n]); at += n',
        '  if random.random() < 0.02: time.sleep(0.001)',
      ].join('\n'),
    );
    const events = await lab.run(script, { on: ['web1'] });
    expect(outputOf(events, 'web1')).toBe(new TextDecoder('utf-8', { ignoreBOM: true }).decode(all));
    expect(await rawHash(lab)).toBe(createHash('sha256').update(all).digest('hex'));
  },
  { isSeeded: true, seeds: 2 },
);

fault('F65', 'streams that take turns are each exact, and a pause between them keeps their order', async () => {
  await using lab = await startLab();
  const script = lab.script(
    'turns.py',
    [
      'import os, time',
      'for i in range(20000):',
      '  os.write(1 + i % 2, b"%d\\n" % i)',
      'for i in range(10):',
      '  time.sleep(0.05)',
      '  os.write(1 + i % 2, b"slow %d\\n" % i)',
    ].join('\n'),
  );
  const events = await lab.run(script, { on: ['web1'] });
  const numbers = (parity: number): string =>
    Array.from({ length: 10_000 }, (_, line) => `${2 * line + parity}\n`).join('') +
    Array.from({ length: 5 }, (_, line) => `slow ${2 * line + parity}\n`).join('');
  expect(outputOf(events, 'web1')).toBe(numbers(0));
  expect(outputOf(events, 'web1', 'stderr')).toBe(numbers(1));
  const slow = events.flatMap((event) => (event.type === 'output' ? (event.text.match(/slow \d/g) ?? []) : []));
  expect(slow).toEqual(Array.from({ length: 10 }, (_, line) => `slow ${line}`));
});

/** Runs `cronium` with its output thrown away; the most memory that it had. */
async function peakOf(lab: Lab, ...args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [CLI, ...optionsOf(lab), ...args], { stdio: 'ignore' });
  let peak = 0;
  const watch = setInterval(() => {
    try {
      const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8')) ?? [];
      peak = Math.max(peak, Number(kilobytes ?? 0) * 1024);
    } catch {
      // It has just ended.
    }
  }, 50);
  const [code] = await once(child, 'exit');
  clearInterval(watch);
  expect(code).toBe(0);
  expect(peak).toBeGreaterThan(0);
  return peak;
}

/** SHA-256 of what `cronium logs --raw` prints of the last run. */
async function rawHash(lab: Lab): Promise<string> {
  const args = [...optionsOf(lab), 'logs', await lastRun(lab), '--raw', '--server', 'web1'];
  const child = spawn(process.execPath, [CLI, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const hash: Hash = createHash('sha256');
  for await (const chunk of child.stdout) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

async function lastRun(lab: Lab): Promise<string> {
  return String(jsonLines((await lab.cli('runs', '--json')).stdout)[0]?.id);
}

function optionsOf({ sshConfigFile, dataDir, folder }: Lab): string[] {
  return ['-F', sshConfigFile, '--data-dir', dataDir, '--config', join(folder, 'config.yaml')];
}
