import {
  type CompletionList,
  commands,
  type Hover,
  type MarkdownString,
  type Position,
  type TextDocument,
  window,
} from 'vscode';
import { COMMANDS } from '../../../src/vscode/contributions.ts';
import { openFolders } from '../../../src/vscode/host/place.ts';
import type { Row } from '../../../src/vscode/views/row.ts';
import { assert, openApi, openScript, until } from './kit.ts';
import { runSuite } from './mocha.ts';

export const run = (): Promise<void> =>
  runSuite(() => {
    describe('what scripts share', () => {
      it('is read by the next run, and put out into the run document', async () => {
        const api = await openApi();
        const first = await api.runEvent('hits.sh');
        assert.match(await api.log(first.id, 'local'), /^now 1, version 1$/m);
        const second = await api.runEvent('hits.sh');
        assert.match(await api.log(second.id, 'local'), /^now 2, version 2$/m);
        await commands.executeCommand(COMMANDS.openRun, { run: second.id });
        const document = await until('the document of the run', () => {
          const found = window.activeTextEditor?.document;
          return found?.uri.scheme === 'cronium-run' ? found : undefined;
        });
        assert.match(document.getText(), /^Outputs\nlocal +hits +2$/m);
      });

      it('is edited by hand, and the script sees it', async () => {
        const api = await openApi();
        const edited = commands.executeCommand(COMMANDS.editVariable, rowOf('hits'));
        await accepted(edited);
        const third = await api.runEvent('hits.sh');
        assert.match(await api.log(third.id, 'local'), /^now 3, version 4$/m);
      });

      it('has a history, of which a value is taken back', async () => {
        const api = await openApi();
        // The newest one, which the script has set.
        await accepted(commands.executeCommand(COMMANDS.showVariableHistory, rowOf('hits')));
        const run = await api.runEvent('hits.sh');
        assert.match(await api.log(run.id, 'local'), /^now 4, version 6$/m);
      });

      it('is completed and explained where a script names it', async () => {
        const document = await openScript('hits.sh');
        const verbs = await labels(document, endOf(document, 'cronium.get'));
        assert.ok(verbs.includes('cronium.getVariable'), verbs.join());
        const names = await labels(document, endOf(document, 'cronium.getVariable '));
        assert.ok(names.includes('hits') && names.includes('other'), names.join());
        const at = endOf(document, 'cronium.get');
        const hovers = await commands.executeCommand<Hover[]>('vscode.executeHoverProvider', document.uri, at);
        const texts = hovers.flatMap(({ contents }) => contents as MarkdownString[]).map(({ value }) => value);
        assert.ok(
          texts.some((text) => text.includes('cronium.getVariable <name>')),
          texts.join(),
        );
      });

      it('is a secret of the editor, which scripts get and nobody sees', async () => {
        const api = await openApi();
        const run = await api.runEvent('key.sh');
        assert.match(await api.log(run.id, 'local'), /^the key is \*\*\*$/m);
        assert.equal(run.status, 'success');
      });

      it('is found where it is used', async () => {
        await commands.executeCommand('workbench.action.closeAllEditors');
        const found = commands.executeCommand(COMMANDS.findVariableUses, rowOf('hits'));
        await accepted(found);
        const editor = await until('the script', () => window.activeTextEditor);
        assert.match(editor.document.uri.path, /\/hits\.sh$/);
        assert.equal(editor.selection.active.line, 3);
      });
    });
  });

/** The row of a variable, as the view passes it. */
function rowOf(name: string): Row {
  const [folder] = openFolders();
  assert.ok(folder);
  const target = { kind: 'variable', scope: 'workspace', owner: folder.root, name } as const;
  return { id: name, label: name, icon: { name: 'x' }, words: 'variable plain', spoken: name, target };
}

/** Presses Enter in what a command shows, until it is done. */
async function accepted(command: Thenable<unknown>): Promise<void> {
  let isDone = false;
  const done = Promise.resolve(command).then(() => {
    isDone = true;
  });
  await until('the command to be done', async () => {
    await commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
    return isDone || undefined;
  });
  await done;
}

async function labels(document: TextDocument, at: Position): Promise<string[]> {
  return await until('completions', async () => {
    const list = await commands.executeCommand<CompletionList>(
      'vscode.executeCompletionItemProvider',
      document.uri,
      at,
    );
    const found = list.items.map(({ label }) => (typeof label === 'string' ? label : label.label));
    return found.length > 0 ? found : undefined;
  });
}

/** Behind the first place where a text stands. */
function endOf(document: TextDocument, text: string): Position {
  return document.positionAt(document.getText().indexOf(text) + text.length);
}
