import {
  commands,
  type DocumentLink,
  type DocumentSymbol,
  type FoldingRange,
  TabInputTextDiff,
  type TextDocument,
  tasks,
  window,
  workspace,
} from 'vscode';
import type { CroniumApi } from '../../../src/vscode/api.ts';
import { COMMANDS } from '../../../src/vscode/contributions.ts';
import { assert, ended, newRun, openApi, until } from './kit.ts';
import { runSuite } from './mocha.ts';

export const run = (): Promise<void> =>
  runSuite(() => {
    describe('the logs of runs', () => {
      let api: CroniumApi;
      let id = '';

      before(async () => {
        api = await openApi();
        ({ id } = await api.runEvent('ops/mixed.sh'));
      });

      afterEach(() => commands.executeCommand('workbench.action.closeAllEditors'));

      it('stand in a document of the run, with a section each server', async () => {
        const document = await openRun(id);
        assert.equal(document.languageId, 'cronium-run');
        const text = document.getText();
        assert.match(text, /^── ✓ web-1 · succeeded · .* ──\ngreen\n100 %\n$/m);
        assert.match(text, /^── ✗ web-2 · failed \(exit code 127\) · .* ──$/m);
        const symbols = await ask<DocumentSymbol>('vscode.executeDocumentSymbolProvider', document);
        assert.deepEqual(
          symbols.map(({ name }) => name.split(' · ')[0]),
          ['✓ web-1', '✗ web-2'],
        );
        const folds = await ask<FoldingRange>('vscode.executeFoldingRangeProvider', document);
        assert.deepEqual(
          folds.map(({ start }) => document.lineAt(start).text),
          symbols.map(({ name }) => `── ${name} ──`),
        );
      });

      it('lead from what a script says of its lines to those lines, and nowhere else', async () => {
        const document = await openRun(id);
        const links = await ask<DocumentLink>('vscode.executeLinkProvider', document);
        assert.deepEqual(
          [...new Set(links.map(({ target }) => target?.toString(true).replace(/^.*\/workspace\//, '')))].sort(),
          ['ops/mixed.sh', 'ops/mixed.sh#L7'],
        );
      });

      it('grow in the document of a run that goes on, which ends with it', async () => {
        const known = await api.runs();
        const whole = api.runEvent('ops/count.sh');
        const run = await newRun(api, 'Count', known);
        const document = await openRun(run.id);
        await until('a line that came later', () => (document.getText().includes('\nline 20\n') ? true : undefined));
        await api.cancelRun(run.id);
        await whole;
        await until('its end', () => (/^── ✗ web-1 · cancelled/m.test(document.getText()) ? true : undefined));
      });

      it('open whole, as plain files', async () => {
        await commands.executeCommand(COMMANDS.openFullLog, { run: id, server: 'web-1' });
        const document = await until('the file', () => {
          const found = window.activeTextEditor?.document;
          return found?.uri.scheme === 'file' && found.fileName.endsWith('.log') ? found : undefined;
        });
        assert.equal(document.getText(), 'green\n100 %\n');
      });

      it('are compared, two servers of a run', async () => {
        await commands.executeCommand(COMMANDS.compareServers, { run: id });
        const input = await until('the comparison', () => {
          const found = window.tabGroups.activeTabGroup.activeTab?.input;
          return found instanceof TabInputTextDiff ? found : undefined;
        });
        const [left, right] = await Promise.all(
          [input.original, input.modified].map((uri) => workspace.openTextDocument(uri)),
        );
        assert.equal(left?.getText(), 'green\n100 %\n· succeeded\n');
        assert.match(right?.getText() ?? '', /^ops\/mixed\.sh: line 7: no-such-command: .*$/m);
      });
    });

    describe('tasks', () => {
      it('are there for every event, and end with the exit code of the run', async () => {
        const api = await openApi();
        const known = await api.runs();
        const found = await tasks.fetchTasks({ type: 'cronium' });
        assert.deepEqual(found.map(({ name }) => name).sort(), ['Count', 'Mixed', 'as task']);
        const task = found.find(({ name }) => name === 'as task');
        assert.ok(task);
        const exit = Promise.withResolvers<number | undefined>();
        const listener = tasks.onDidEndTaskProcess((event) => {
          if (event.execution.task.name === 'as task') exit.resolve(event.exitCode);
        });
        await tasks.executeTask(task);
        assert.equal(await exit.promise, 127);
        listener.dispose();
        const run = await newRun(api, 'Mixed', known);
        assert.equal(run.trigger, 'task');
        assert.deepEqual(
          run.jobs.map(({ server }) => server),
          ['web-2'],
        );
      });

      it('stop their scripts when they are stopped', async () => {
        const api = await openApi();
        const known = await api.runs();
        const task = (await tasks.fetchTasks({ type: 'cronium' })).find(({ name }) => name === 'Count');
        assert.ok(task);
        const execution = await tasks.executeTask(task);
        const { id } = await newRun(api, 'Count', known);
        await until('its first line', async () => ((await api.log(id, 'web-1')).includes('line 1') ? true : undefined));
        execution.terminate();
        assert.equal((await ended(api, id)).status, 'cancelled');
      });
    });
  });

async function openRun(run: string): Promise<TextDocument> {
  await commands.executeCommand(COMMANDS.openRun, { run });
  return await until('the document of the run', () => {
    const found = window.activeTextEditor?.document;
    return found?.uri.scheme === 'cronium-run' ? found : undefined;
  });
}

async function ask<T>(command: string, { uri }: TextDocument): Promise<T[]> {
  return await until(command, async () => {
    const found = await commands.executeCommand<T[] | undefined>(command, uri);
    return found && found.length > 0 ? found : undefined;
  });
}
