import {
  type CodeAction,
  type CodeLens,
  type CompletionList,
  ConfigurationTarget,
  commands,
  type Diagnostic,
  type Hover,
  languages,
  type MarkdownString,
  Position,
  Range,
  Selection,
  type TextDocument,
  Uri,
  WorkspaceEdit,
  window,
  workspace,
} from 'vscode';
import { COMMANDS, SETTINGS } from '../../../src/vscode/contributions.ts';
import { assert, openApi, openScript, until } from './kit.ts';
import { runSuite } from './mocha.ts';

export const run = (): Promise<void> =>
  runSuite(() => {
    describe('the language of headers and cronium.yaml', () => {
      it('tells what is wrong in a cronium.yaml that nobody has opened', async () => {
        const [missing] = await problemsOf(fileUri('cronium.yaml'), 'no such file');
        assert.equal(missing?.source, 'Cronium');
        assert.equal(missing?.range.start.line, 2);
      });

      it('tells what is wrong in a header, and repairs it', async () => {
        const document = await openScript('typo.sh');
        const [problem] = await problemsOf(document.uri, 'timeot');
        assert.deepEqual(problem?.range, new Range(3, 4, 3, 10));
        await apply(await actionsAt(document, problem?.range), 'Change to timeout');
        assert.equal(document.lineAt(3).text, '#   timeout: 10m');
        await until('the problem to go', () =>
          languages.getDiagnostics(document.uri).length === 0 ? true : undefined,
        );
      });

      it('makes the script that an entry names', async () => {
        const document = await openScript('cronium.yaml');
        const [problem] = await problemsOf(document.uri, 'no such file');
        const [create, ...more] = await actionsAt(document, problem?.range);
        assert.deepEqual([create?.title, create?.isPreferred, more.length], ['Create “ops/deploy.sh”', true, 0]);
        const editor = await window.showTextDocument(document);
        const at = problem?.range.start ?? new Position(0, 0);
        editor.selection = new Selection(at, at);
        await commands.executeCommand('editor.action.autoFix');
        const made = await until('the script', async () => (await readFile('ops/deploy.sh')) || undefined);
        assert.match(made, /^#!\/usr\/bin\/env bash\n/);
        await until('the problem to go', () =>
          languages.getDiagnostics(document.uri).length === 0 ? true : undefined,
        );
      });

      it('knows the servers once a header is edited, and offers to add one that is missing', async () => {
        const document = await openScript('event.sh');
        await replace(document, 'local', 'local, web-3');
        const [problem] = await problemsOf(document.uri, 'web-3');
        const actions = await actionsAt(document, problem?.range);
        const add = actions.find(({ title }) => title === 'Add the Server “web-3”…');
        assert.deepEqual(add?.command?.arguments, ['web-3']);
        await replace(document, 'local, web-3', 'local');
      });

      it('completes fields and servers, in comments too', async () => {
        const document = await openScript('event.sh');
        const labels = async (at: Position): Promise<string[]> => {
          const provide = 'vscode.executeCompletionItemProvider';
          const list = await commands.executeCommand<CompletionList>(provide, document.uri, at);
          return list.items.map(({ label }) => (typeof label === 'string' ? label : label.label));
        };
        const servers = await labels(positionOf(document, 'local'));
        assert.ok(
          ['local', 'web-1', 'web-2'].every((name) => servers.includes(name)),
          servers.join(),
        );
        const fields = await labels(positionOf(document, 'servers').translate(0, 3));
        assert.ok(
          ['timeout', 'onSave', 'args'].every((name) => fields.includes(name)),
          fields.join(),
        );
        const code = await labels(positionOf(document, 'echo'));
        assert.ok(!code.includes('onSave'), code.join());
      });

      it('says what a field means', async () => {
        const document = await openScript('event.sh');
        const at = positionOf(document, 'servers');
        const hovers = await commands.executeCommand<Hover[]>('vscode.executeHoverProvider', document.uri, at);
        const texts = hovers.flatMap(({ contents }) => contents).map((text) => (text as MarkdownString).value);
        assert.ok(
          texts.some((text) => /web-\*/.test(text)),
          texts.join(),
        );
      });

      it('shows above a header and above each entry where it runs', async () => {
        assert.deepEqual(await lensesOf('event.sh'), ['1: $(play)\u00a0Run on local', '1: Run on…']);
        assert.deepEqual(await lensesOf('cronium.yaml'), [
          '1: $(play)\u00a0Run on web-1',
          '1: Run on…',
          '4: $(play)\u00a0Run on…',
        ]);
        assert.deepEqual(await lensesOf('plain.sh'), []);
      });

      it('shows how the last run ended, when it has run', async () => {
        const api = await openApi();
        await api.runEvent('event.sh');
        const lens = await until('the lens of the last run', async () =>
          (await lensesOf('event.sh')).find((title) => title.includes('$(pass)')),
        );
        assert.match(lens, /^1: \$\(pass\)\u00a01\/1 · /);
      });

      it('shows nothing above when the setting says so', async () => {
        const configuration = workspace.getConfiguration();
        await configuration.update(SETTINGS.codeLens, false, ConfigurationTarget.Global);
        assert.deepEqual(await lensesOf('event.sh'), []);
        await configuration.update(SETTINGS.codeLens, undefined, ConfigurationTarget.Global);
      });

      it('makes an event of a script', async () => {
        const document = await openScript('plain.sh');
        const done = commands.executeCommand(COMMANDS.createEvent);
        const accepted = setInterval(
          () => void commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem'),
          300,
        );
        await done;
        clearInterval(accepted);
        assert.deepEqual(document.getText().split('\n').slice(0, 4), [
          '#!/bin/sh',
          '# cronium:',
          '#   name: Plain',
          '#   servers: []',
        ]);
        assert.equal(document.getText(window.activeTextEditor?.selection), 'Plain');
      });
    });
  });

function fileUri(path: string): Uri {
  const [folder] = workspace.workspaceFolders ?? [];
  assert.ok(folder);
  return Uri.joinPath(folder.uri, path);
}

/** The text of a file; empty when there is none. */
async function readFile(path: string): Promise<string> {
  try {
    return new TextDecoder().decode(await workspace.fs.readFile(fileUri(path)));
  } catch {
    // Not there yet.
    return '';
  }
}

/** The problems of a file that say something, once there are any. */
async function problemsOf(uri: Uri, text: string): Promise<readonly Diagnostic[]> {
  return await until(`a problem with "${text}"`, () => {
    const found = languages.getDiagnostics(uri).filter(({ message }) => message.includes(text));
    return found.length > 0 ? found : undefined;
  });
}

async function actionsAt(document: TextDocument, range: Range | undefined): Promise<readonly CodeAction[]> {
  return await commands.executeCommand(
    'vscode.executeCodeActionProvider',
    document.uri,
    range ?? new Range(0, 0, 0, 0),
  );
}

async function apply(actions: readonly CodeAction[], title: string): Promise<void> {
  const action = actions.find((one) => one.title === title);
  assert.ok(action?.edit, actions.map((one) => one.title).join());
  await workspace.applyEdit(action.edit);
}

async function replace(document: TextDocument, from: string, to: string): Promise<void> {
  const at = positionOf(document, from);
  const edit = new WorkspaceEdit();
  edit.replace(document.uri, new Range(at, at.translate(0, from.length)), to);
  await workspace.applyEdit(edit);
}

function positionOf(document: TextDocument, text: string): Position {
  return document.positionAt(document.getText().indexOf(text));
}

/** The lenses of a file, as `line: title`. */
async function lensesOf(path: string): Promise<string[]> {
  const { uri } = await openScript(path);
  const lenses = await commands.executeCommand<CodeLens[]>('vscode.executeCodeLensProvider', uri);
  return lenses.map(({ range, command }) => `${range.start.line}: ${command?.title}`);
}
