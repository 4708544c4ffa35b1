import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { PacedWriter } from '../../../../src/vscode/output/paced-writer.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function setUp() {
  const pieces: string[] = [];
  const writer = new PacedWriter({ append: (text) => void pieces.push(text), clear: () => void pieces.splice(0) });
  return { pieces, writer };
}

/** Lines of ten characters, numbered. */
function lines(from: number, count: number): string {
  return Array.from({ length: count }, (_, at) => `${String(from + at).padStart(9, '0')}\n`).join('');
}

test('PacedWriter gathers what comes together into one piece', async () => {
  const { pieces, writer } = setUp();
  writer.remark('one\n');
  writer.output('two\n');
  expect(pieces).toEqual([]);
  await vi.advanceTimersByTimeAsync(33);
  expect(pieces).toEqual(['one\ntwo\n']);
});

test('PacedWriter shows a burst whole, in pieces of a bounded size', async () => {
  const { pieces, writer } = setUp();
  const burst = lines(0, 50_000);
  for (let at = 0; at < burst.length; at += 50_000) writer.output(burst.slice(at, at + 50_000));
  await vi.advanceTimersByTimeAsync(2_000);
  expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(32 * 1024);
  expect(pieces.join('')).toBe(burst);
});

test('PacedWriter leaves lines out of what is too much, says how many, and shows the newest', async () => {
  const { pieces, writer } = setUp();
  for (let at = 0; at < 300_000; at += 5_000) writer.output(lines(at, 5_000));
  writer.remark('end\n');
  await vi.advanceTimersByTimeAsync(10_000);
  const shown = pieces.join('').split('\n').slice(0, -1);
  const leftOut = shown.flatMap((line) => /^… ([\d,]+) lines left out/.exec(line)?.[1]?.replaceAll(',', '') ?? []);
  const told = shown.filter((line) => /^\d{9}$/.test(line));
  expect(leftOut.length).toBe(1);
  expect(Number(leftOut[0]) + told.length).toBe(300_000);
  expect(told.toSorted()).toEqual(told);
  expect(shown.slice(-2)).toEqual(['000299999', 'end']);
});

test('PacedWriter shows every line to who waits for room', async () => {
  const { pieces, writer } = setUp();
  const writing = (async () => {
    for (let at = 0; at < 300_000; at += 5_000) {
      writer.output(lines(at, 5_000));
      await writer.room();
    }
  })();
  await vi.advanceTimersByTimeAsync(10_000);
  await writing;
  expect(pieces.join('')).toBe(lines(0, 300_000));
});

test('PacedWriter leaves no remark out', async () => {
  const { pieces, writer } = setUp();
  for (let at = 0; at < 300; at++) {
    writer.output(lines(at * 1_000, 1_000));
    if (at % 100 === 0) writer.remark(`remark ${at}\n`);
  }
  await vi.advanceTimersByTimeAsync(10_000);
  expect(pieces.join('').match(/remark \d+/g)).toEqual(['remark 0', 'remark 100', 'remark 200']);
});

test('PacedWriter clears the channel before it gets too long', async () => {
  const { pieces, writer } = setUp();
  for (let at = 0; at < 9; at++) {
    writer.output(lines(0, 100_000));
    await vi.advanceTimersByTimeAsync(3_000);
  }
  const text = pieces.join('');
  expect(text.startsWith('… earlier lines were cleared here')).toBe(true);
  expect(text.length).toBeLessThan(8 * 1024 * 1024);
});

test('PacedWriter writes the rest when it is closed', () => {
  const { pieces, writer } = setUp();
  writer.output('last words\n');
  writer[Symbol.dispose]();
  expect(pieces).toEqual(['last words\n']);
});

test('PacedWriter.drained() resolves when everything is shown', async () => {
  const { pieces, writer } = setUp();
  await writer.drained();
  writer.output(lines(0, 10_000));
  let isDrained = false;
  const drained = writer.drained().then(() => {
    isDrained = true;
  });
  await vi.advanceTimersByTimeAsync(66);
  expect(isDrained).toBe(false);
  await vi.advanceTimersByTimeAsync(1_000);
  await drained;
  expect(pieces.join('')).toBe(lines(0, 10_000));
});
