import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type Lab, outcomeOf, outputOf, startLab } from '../../fixtures/lab.ts';
import { fault } from '../fault.ts';

/** Prints a line for each file below `tree`, in the order of their bytes. */
const LIST = 'cd tree && find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum -z | sha256sum';

const NAUGHTY = [
  'with space',
  ' leading',
  'trailing ',
  `quo'te"s\``,
  'new\nline',
  'tab\there',
  '-rf',
  '--help',
  '$(id)',
  '${HOME}',
  'back\\slash',
  'smile 😀',
  'n\u0303',
  '\u00f1',
  'ä'.repeat(120),
  'x'.repeat(255),
  '#',
  '!',
  '*',
  '?',
  '~',
  '.hidden',
  'a;b|c&d',
  'rtl\u202eexe',
  '%s%n',
  '\x7f',
  'end.',
  'con',
  '...',
];

/** A script that takes the tree along; files that begin with a dot are taken only where they are named. */
function script(lab: Lab, body: string, files = 'tree/**'): string {
  return lab.script('it.sh', `#!/bin/bash\n# cronium:\n#   files: [${files}]\n${body}\n`);
}

fault(
  'F53',
  'files of any names and contents arrive byte for byte, or are refused by name before anything starts',
  async () => {
    await using lab = await startLab();
    const data = join(lab.folder, 'tree');
    mkdirSync(join(data, 'deep er/-x'), { recursive: true });
    for (const [index, name] of NAUGHTY.entries()) {
      const file = join(data, index % 2 ? 'deep er/-x' : '', name);
      writeFileSync(file, Buffer.from([index, 0, 10, 13, 255]));
    }
    const here = execFileSync('bash', ['-c', LIST], { cwd: lab.folder, encoding: 'utf8' });
    const events = await lab.run(script(lab, LIST, 'tree/**, tree/**/.*'), { on: ['web1'] });
    expect(outputOf(events, 'web1'), JSON.stringify(outcomeOf(events, 'web1'))).toBe(here);
  },
);

fault('F53', 'a name that is no text is refused by name, or arrives as it is', async () => {
  await using lab = await startLab();
  execFileSync('bash', ['-c', "mkdir tree && echo x > tree/$'bad\\xff\\xfename'"], { cwd: lab.folder });
  const here = execFileSync('bash', ['-c', LIST], { cwd: lab.folder, encoding: 'utf8' });
  const { code, stdout, stderr } = await lab.cli('run', script(lab, LIST), '--on', 'web1');
  if (code === 0) expect(stdout).toBe(`web1 │ ${here}`);
  else expect(stderr).toMatch(/bad.*name/);
});

fault(
  'F54',
  'a script with the line ends of Windows and a mark at its beginning runs; other files stay as they are',
  async () => {
    await using lab = await startLab();
    mkdirSync(join(lab.folder, 'tree'));
    writeFileSync(join(lab.folder, 'tree/dos.txt'), '\ufeffone\r\ntwo\r\n');
    const body = `#!/bin/bash\n# cronium:\n#   files: [tree/**]\nif true; then\n  echo "it runs"\nfi\n${LIST}\n`;
    const here = execFileSync('bash', ['-c', LIST], { cwd: lab.folder, encoding: 'utf8' });
    for (const text of [body.replaceAll('\n', '\r\n'), `\ufeff${body}`, `\ufeff${body.replaceAll('\n', '\r\n')}`]) {
      const { code, stdout, stderr } = await lab.cli('run', lab.script('it.sh', text), '--on', 'web1');
      expect([code, stdout], stderr).toEqual([0, `web1 │ it runs\nweb1 │ ${here}`]);
    }
  },
);

fault('F55', 'names that differ in case only arrive as different files', async () => {
  await using lab = await startLab();
  mkdirSync(join(lab.folder, 'tree'));
  writeFileSync(join(lab.folder, 'tree/Read'), 'upper');
  writeFileSync(join(lab.folder, 'tree/read'), 'lower');
  const { code, stdout, stderr } = await lab.cli('run', script(lab, 'cat tree/Read tree/read; echo'), '--on', 'web1');
  expect([code, stdout], stderr).toEqual([0, 'web1 │ upperlower\n']);
});
