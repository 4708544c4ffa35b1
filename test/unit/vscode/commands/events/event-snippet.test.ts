import { expect, test } from 'vitest';
import { eventSnippet } from '../../../../../src/vscode/commands/events/event-snippet.ts';

function check(text: string, snippet: string): void {
  expect(eventSnippet(text)).toBe(snippet);
}

test('eventSnippet() makes the values of a header tab stops, in their order', () => {
  check(
    '# cronium:\n#   name: Restart web\n#   servers: [web1, web2]\n',
    '# cronium:\n#   name: ${1:Restart web}\n#   servers: ${2:[web1, web2]}\n',
  );
});

test('eventSnippet() knows the comments of all languages, and an entry of cronium.yaml', () => {
  check('//   name: Deploy', '//   name: ${1:Deploy}');
  check('--   name: Deploy', '--   name: ${1:Deploy}');
  check(' *   name: Deploy', ' *   name: ${1:Deploy}');
  check(
    '  deploy:\n    script: deploy.sh\n    name: Deploy',
    '  deploy:\n    script: deploy.sh\n    name: ${1:Deploy}',
  );
});

test('eventSnippet() leaves everything else as it is, whatever it means in a snippet', () => {
  check('#   name: ${HOME} \\o/ }', '#   name: ${1:\\${HOME\\} \\\\o/ \\}}');
  check('#   env: {A: $1}', '#   env: {A: \\$1\\}');
  check('#   servers:\n#     - web1', '#   servers:\n#     - web1');
});
