import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { completeAt, diagnose, speaksOfEvents } from '../../../src/app/language.ts';
import { nodeFiles } from '../../../src/app/node-files.ts';
import type { FileStat } from '../../../src/domain/files.ts';

const NOBODY = { servers: [], groups: {} };

async function folder(): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'cronium-language-'));
  onTestFinished(() => rm(root, { recursive: true }));
  await mkdir(join(root, 'ops/lib'), { recursive: true });
  await writeFile(join(root, 'ops/restart.sh'), '#!/bin/sh\n# cronium: {inputs: {stage: Where}}\n');
  await writeFile(join(root, 'ops/.hidden.sh'), '');
  await writeFile(join(root, 'ops/a b.txt'), '');
  return root;
}

test('speaksOfEvents() of cronium.yaml at the root and of scripts with a header', () => {
  const says = (path: string, text: string) => speaksOfEvents({ root: '/ws', path, text });
  expect([
    says('cronium.yaml', ''),
    says('ops/cronium.yaml', 'events:'),
    says('a.sh', '# cronium:'),
    says('a.sh', '#'),
  ]).toEqual([true, false, true, false]);
});

test('diagnose() looks for the files that are named, where names are known', async () => {
  const root = await folder();
  const text = `events:
  a:
    script: ops/restart.sh
    files: [ops/lib, ops/gone.txt]
    cwd: \${input:stage}
  b:
    script: ops
  c:
    script: ops/gone.sh
`;
  const document = { root, path: 'cronium.yaml', text };
  expect(
    (await diagnose(document, NOBODY)).map(({ line, message, missing }) => [line, message, missing?.kind]),
  ).toEqual([
    [4, 'Cannot pack "ops/gone.txt": there is no such file', undefined],
    [7, 'Cannot use the script "ops": it is a folder', undefined],
    [9, 'Cannot use the script "ops/gone.sh": there is no such file', 'script'],
  ]);
  // Without names nothing is looked for, and what the script may declare is not missed.
  expect(await diagnose(document)).toEqual([]);
});

test('diagnose() looks for few files at once, however many are named', async () => {
  let [looking, most] = [0, 0];
  const stat = async (): Promise<FileStat> => {
    most = Math.max(most, ++looking);
    await new Promise((resolve) => setImmediate(resolve));
    looking -= 1;
    return { kind: 'file', size: 0 };
  };
  const names = Array.from({ length: 200 }, (_, index) => `file${index}`).join(', ');
  const document = { root: '/ws', path: 'a.sh', text: `# cronium:\n#   files: [${names}]\n` };
  expect(await diagnose(document, NOBODY, { files: { ...nodeFiles, stat } })).toEqual([]);
  expect(most).toBe(32);
});

test('completeAt() proposes what stands in the folder, without what is hidden', async () => {
  const root = await folder();
  const labels = async (value: string) => {
    const text = `events:\n  a:\n    script: ${value}`;
    const found = await completeAt(
      { root, path: 'cronium.yaml', text },
      { line: 3, column: 13 + value.length },
      NOBODY,
    );
    return found.map(({ label }) => label);
  };
  expect(await labels('')).toEqual(['ops/']);
  expect(await labels('ops/re')).toEqual(['lib/', 'a b.txt', 'restart.sh']);
  expect(await labels('gone/')).toEqual([]);
  expect(await labels('../')).toEqual([]);
});
