import type { Guard } from './guard.ts';

export const GUARDS: readonly Guard[] = [
  {
    name: 'escape sequences are taken out of what is shown',
    ids: ['T15'],
    file: 'src/base/display.ts',
    find: "return IS_PLAIN.test(text) ? text : text.replace(ESCAPES, '').replace(CONTROLS, '');",
    replace: 'return text;',
  },
  {
    name: 'a sequence is not cut where a long line is told in parts',
    ids: ['T15'],
    file: 'src/base/lines.ts',
    find: 'const cut = tail + unfinishedEscapeAt(this.#rest.slice(tail));',
    replace: 'const cut = this.#rest.length;',
  },
  {
    name: "a note is one line, so that it cannot look like another server's",
    ids: ['T22'],
    file: 'src/base/display.ts',
    find: "return displayable(text).replace(/\\s*[\\n\\u2028\\u2029]\\s*/g, ' ');",
    replace: 'return displayable(text);',
  },
  {
    name: 'what a supervisor has open is closed in its script',
    ids: ['T16'],
    file: 'runner/internal/supervise/supervise.go',
    find: '\tdir.CloseOnExec(2)\n',
    replace: '\t_ = dir.CloseOnExec\n',
  },
  {
    name: 'an end that no script can have is damage',
    ids: ['T22'],
    file: 'src/runner/message.ts',
    find: "if (code !== undefined && code > MAX_EXIT_CODE) throw fields.wrong('code');",
    replace: '',
  },
  {
    name: 'what stands behind the end of a log is not read',
    ids: ['T22'],
    file: 'src/execution/follow.ts',
    find: '        if (this.#exit) break;\n      }\n',
    replace: '      }\n',
  },
  {
    name: 'a state that contradicts itself is no answer',
    ids: ['T17', 'T22'],
    file: 'src/runner/message.ts',
    find: "throw fields.wrong('startedAt');",
    replace: '{ /* believed */ }',
  },
  {
    name: 'no path of an archive leads out',
    ids: ['T18'],
    file: 'runner/internal/payload/manifest.go',
    find: 'if part == "" || part == "." || part == ".." {',
    replace: 'if part == "" {',
  },
  {
    name: 'the size of a start is looked at before anything is sent',
    ids: ['T23'],
    file: 'src/app/planning.ts',
    find: 'if (size <= MAX_SPEC_BYTES) return;',
    replace: 'if (size > 0) return;',
  },
];
