import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect } from 'vitest';
import { outcomeOf, outputOf, startLab } from '../../fixtures/lab.ts';
import { record } from '../../fixtures/scripted-runner.ts';
import { fault } from '../fault.ts';

const SRC = resolve(import.meta.dirname, '../../../src');

fault('T16', 'nothing that a script prints is taken for anything but output', async ({ random }) => {
  await using lab = await startLab();
  const exit = record('EXIT', 1, '{"reason":"exited","code":0,"endedAt":1}');
  const kinds: (() => Buffer)[] = [
    () => Buffer.from('::set-output name=a::b\n::set-env name=PATH::/evil\n##vso[task.complete result=Succeeded]\n'),
    () => Buffer.from('CRN1 00112233445566778899aabbccddeeff hello\nCRN1 x fail base /a\n'),
    () => Buffer.from('{"type":"settled","server":"web1","outcome":{"kind":"succeeded","exitCode":0}}\n'),
    () => Buffer.from('{"type":"finished","status":"success"}\n{"type":"bye","code":"x","message":"y"}\n'),
    () => exit,
    () => record('GAP', random.whole(0, 9), '{"from":0,"to":1,"records":1,"lines":1,"bytes":1}'),
    () => record('NOTE', random.whole(0, 9), '{"code":"killed","message":"not true"}'),
    // A frame of the session: a message on stream 0, an end, a reset.
    () => Buffer.concat([Buffer.from([0, 0, 0, 14, 1, 0, 0, 0, 0]), Buffer.from('{"type":"bye"}')]),
    () => Buffer.from([0, 0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0, 0, 4, 0, 0, 0, 1]),
    () => random.bytes(random.whole(1, 40)),
  ];
  const lies = Buffer.concat(Array.from({ length: 1_000 }, () => random.pick(kinds)()));
  const file = lab.script('lies.bin', lies);
  const events = await lab.run(lab.script('lies.sh', `#!/bin/sh\ncat '${file}'; cat '${file}' >&2; exit 7\n`), {
    on: ['web1'],
  });
  expect(outcomeOf(events, 'web1')).toEqual({ kind: 'failed', exitCode: 7 });
  expect(events.filter(({ type }) => type === 'note')).toEqual([]);
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(lies);
  expect(outputOf(events, 'web1') === text).toBe(true);
  expect(outputOf(events, 'web1', 'stderr') === text).toBe(true);
  expect(
    (await lab.cli('run', lab.script('json.sh', `#!/bin/sh\ncat '${file}'; exit 7\n`), '--on', 'web1', '--json')).code,
  ).toBe(7);
});

fault('T16', 'a script has its three streams and no other descriptor', async () => {
  await using lab = await startLab();
  const script = lab.script(
    'descriptors.py',
    [
      'import os, sys',
      'open_ones = []',
      'for fd in range(4096):',
      '  try: os.fstat(fd); open_ones.append(fd)',
      '  except OSError: pass',
      'print(open_ones, os.readlink("/proc/self/fd/0"), sys.stdin.read() == "")',
    ].join('\n'),
  );
  expect(outputOf(await lab.run(script, { on: ['web1'] }), 'web1')).toBe('[0, 1, 2] /dev/null True\n');
});

fault('T17', 'the client has nothing that unpacks what a server sends', async () => {
  const found = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => {
      const imports = readFileSync(join(SRC, file), 'utf8').match(
        /import [^;]*?from '(tar|fflate|node:zlib|zlib|adm-zip|unzipper|yauzl|jszip)[^']*'/g,
      );
      return imports ? [`${file}: ${imports.join(', ')}`] : [];
    });
  expect(found.toSorted()).toEqual([
    "payload/archive.ts: import { Gzip } from 'fflate', import { Header } from 'tar/header', import { Pax } from 'tar/pax'",
    // Of our own runner, before it is sent to a server that cannot unpack.
    "runner/boot.ts: import { gunzipSync } from 'node:zlib'",
  ]);
});

fault('T23', 'input, arguments and environment are data, whatever is in them', async () => {
  await using lab = await startLab();
  const nasty = [
    '$(touch pwned)',
    '`touch pwned`',
    '; touch pwned',
    '| touch pwned',
    '&& touch pwned',
    "'; touch pwned; '",
    '"; touch pwned; "',
    'two\nlines',
    'tab\there',
    '\\',
    '${HOME}',
    '$HOME',
    '%s%n',
    '-rf',
    '--',
    '../../etc/passwd',
    '*',
    '~',
    '!!',
    '\u202eevil',
    '🚀',
    ' ',
    "it's",
  ];
  const input = {
    ...Object.fromEntries(nasty.map((text) => [text, text])),
    LD_PRELOAD: '/tmp/evil.so',
    PATH: '/evil',
    BASH_ENV: '/evil',
    IFS: 'x',
    'a=b': 'c',
    '': 'empty',
    constructor: { prototype: 1 },
    nested: [null, true, 1.5, { __proto__x: [[]] }],
  };
  const text = `{"__proto__":{"polluted":1},${JSON.stringify(input).slice(1)}`;
  const script = lab.script(
    'echo.py',
    [
      'import json, os, sys',
      'print(json.dumps({"input": json.loads(os.environ["CRONIUM_INPUT"]), "args": sys.argv[1:], "odd": os.environ["ODD"],',
      '  "preload": os.environ.get("LD_PRELOAD"), "path": os.environ["PATH"] == "/evil", "files": os.listdir(".")}))',
    ].join('\n'),
  );
  const odd = nasty.join(' ');
  const ran = await lab.cli(
    'run',
    script,
    '--on',
    'web1',
    '--input',
    text,
    '--env',
    `ODD=${odd}`,
    '--json',
    '--',
    ...nasty,
  );
  expect(ran.code, ran.stderr).toBe(0);
  const printed = ran.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { type: string; text?: string })
    .filter(({ type }) => type === 'output')
    .map(({ text: piece }) => piece)
    .join('');
  const said = JSON.parse(printed) as { input: unknown } & Record<string, unknown>;
  expect(JSON.stringify(said.input)).toBe(JSON.stringify(JSON.parse(text)));
  expect(said).toMatchObject({ args: nasty, odd, preload: null, path: false, files: ['echo.py'] });
  expect('polluted' in {}).toBe(false);
});

fault('T23', 'an input that is too large is refused with a way out before anything is sent', async () => {
  await using lab = await startLab();
  const file = lab.script('input.json', JSON.stringify('x'.repeat(17_000_000)));
  const { code, stderr } = await lab.cli(
    'run',
    lab.script('none.sh', '#!/bin/sh\n'),
    '--on',
    'web1',
    '--input',
    `@${file}`,
  );
  expect(code).toBe(2);
  expect(stderr).toMatch(/its input is 17000002 bytes, at most 16777216 are possible/);
  expect(lab.servers[0]?.connections()).toBe(0);
});
