import { expect, test } from 'vitest';
import { hoverOf } from '../../../src/workspace/hover.ts';
import { declaredEvents } from '../../../src/workspace/sheet.ts';

function hover(path: string, marked: string): readonly [beginning: string, place: string] | undefined {
  const at = marked.indexOf('|');
  const before = marked.slice(0, at).split('\n');
  const position = { line: before.length, column: (before.at(-1) ?? '').length + 1 };
  const found = hoverOf({ root: '/ws', path, text: marked.slice(0, at) + marked.slice(at + 1) }, position);
  return found && [found.markdown.slice(0, 20), `${found.range.line}:${found.range.column}-${found.range.endColumn}`];
}

test.each<[string, string, readonly [string, string] | undefined]>([
  ['run.sh', '# cronium:\n#   ser|vers: [a]', ['Where it runs: names', '2:5-12']],
  ['run.sh', '# cronium: {ti|meout: 5s', ['How long the script ', '1:13-20']],
  ['run.sh', '# cronium:\n#   inputs:\n#     a:\n#       opt|ions: [x]', ['The only answers tha', '4:9-16']],
  ['run.sh', '# cronium:\n#   cwd: /a/${fi|le}', ['`${file}`\n\nThe path ', '2:13-20']],
  ['run.sh', '# cronium:\n#   cwd: ${en|v:X}', ['`${env:NAME}`\n\nA var', '2:10-18']],
  ['cronium.yaml', 'events:\n  a:\n    scri|pt: x', ['The script that runs', '3:5-11']],
  ['cronium.yaml', 'events: [\n  a:\n    na|me: x', undefined],
  ['cronium.yaml', 'events:\n  na|me:\n    script: x', undefined],
  ['cronium.yaml', 'eve|nts:\n', undefined],
  ['run.sh', '# cronium:\n#   script|: x', undefined],
  ['run.sh', '# cronium:\n#   env:\n#     na|me: x', undefined],
  ['run.sh', '# cronium:\n#   constru|ctor: x', undefined],
  ['run.sh', '# cronium:\n#   name: N\n\n# na|me: x', undefined],
  ['run.sh', 'na|me: x', undefined],
])('hoverOf() in %s of %j', (path, marked, expected) => {
  expect(hover(path, marked)).toEqual(expected);
});

test('hoverOf() tells the description, the values, the default and an example', () => {
  const found = hoverOf({ root: '/ws', path: 'run.sh', text: '# cronium:\n#   overlap:' }, { line: 2, column: 6 });
  expect(found?.markdown).toBe(`What happens when it is to run on a server on which a run of it has not ended.

- \`queue\`: The new run waits for the end of the one before
- \`skip\`: The new run does not begin
- \`cancelRunning\`: The one before is cancelled, then the new run begins
- \`parallel\`: Both run

Value: one of \`queue\`, \`skip\`, \`cancelRunning\`, \`parallel\`${'  '}
Default: \`queue\`

\`\`\`yaml
overlap: skip
\`\`\``);
});

test('declaredEvents() finds the event of a header and those of cronium.yaml, also in broken texts', () => {
  const events = (path: string, text: string) => declaredEvents({ root: '/ws', path, text });
  const own = { id: 'a.sh', line: 2, script: 'a.sh' };
  expect(events('a.sh', '#!/bin/sh\n# cronium:\n#   name: N\n#   servers: [x]\n')).toEqual([
    { ...own, name: 'N', servers: ['x'] },
  ]);
  expect(events('a.sh', '#!/bin/sh\n# cronium:\n#   name: [N\n')).toEqual([{ ...own, name: 'a.sh', servers: [] }]);
  expect(events('a.sh', 'echo\n')).toEqual([]);
  expect(events('cronium.yaml', 'events:\n  a:\n    name: N\n    script: x.sh\n    servers: y\n  b: {}\n')).toEqual([
    { id: 'cronium.yaml#a', name: 'N', line: 2, script: 'x.sh', servers: ['y'] },
    { id: 'cronium.yaml#b', name: 'b', line: 6, servers: [] },
  ]);
  expect(events('cronium.yaml', 'events:\n  a:\n    name: [\n  b:\n\tc').map(({ id, line }) => [id, line])).toEqual([
    ['cronium.yaml#a', 2],
    ['cronium.yaml#b', 4],
  ]);
});
