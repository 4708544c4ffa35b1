import { commands, extensions, Position, WorkspaceEdit, workspace } from 'vscode';
import { COMMANDS } from '../../../src/vscode/contributions.ts';
import { acceptNotification, assert, ended, newRun, openApi, openScript, until } from './kit.ts';
import { runSuite } from './mocha.ts';

export const run = (): Promise<void> =>
  runSuite(() => {
    describe('the installed extension', () => {
      it('activates and registers every command of its manifest', async () => {
        await openApi();
        const known = new Set(await commands.getCommands(true));
        assert.deepEqual(
          Object.values(COMMANDS).filter((command) => !known.has(command)),
          [],
        );
        assert.equal(extensions.getExtension('cronium.cronium')?.isActive, true);
      });

      it('lists the events of headers and of cronium.yaml, and the servers of the SSH configuration', async () => {
        const api = await openApi();
        const events = await api.events();
        assert.deepEqual(events.map(({ name }) => name).sort(), [
          'Count for long',
          'Fail on one',
          'Plain on local',
          'Restart web',
          'Say hello',
        ]);
        const servers = await api.servers();
        assert.deepEqual(
          servers.map(({ name }) => name),
          ['local', 'web-1', 'web-2'],
        );
      });

      it('runs an event on two servers, whole logs and a status come back', async () => {
        const api = await openApi();
        const run = await api.runEvent('scripts/hello.sh');
        assert.equal(run.status, 'success');
        assert.deepEqual(
          run.jobs.map(({ server, outcome }) => [server, outcome]),
          [
            ['web-1', 'succeeded'],
            ['web-2', 'succeeded'],
          ],
        );
        assert.equal(await api.log(run.id, 'web-2'), 'hello from web-2\n');
      });

      it('names the server that fails, and its exit code', async () => {
        const api = await openApi();
        const run = await api.runEvent('scripts/mixed.sh');
        assert.equal(run.status, 'partial');
        assert.deepEqual(
          run.jobs.map(({ server, outcome, exitCode }) => [server, outcome, exitCode]),
          [
            ['web-1', 'succeeded', 0],
            ['web-2', 'failed', 3],
          ],
        );
      });

      it('cancels a run by command', async () => {
        const api = await openApi();
        const known = await api.runs();
        const whole = api.runEvent('scripts/long.sh');
        const { id } = await newRun(api, 'Count for long', known);
        await until('its first line', async () => ((await api.log(id, 'web-1')).includes('line 1') ? true : undefined));
        await api.cancelRun(id);
        assert.equal((await whole).status, 'cancelled');
      });

      it('runs the text of the open editor, saved or not', async () => {
        const api = await openApi();
        const document = await openScript('plain.sh');
        const edit = new WorkspaceEdit();
        edit.insert(document.uri, new Position(2, 0), 'echo "as typed"\n');
        await workspace.applyEdit(edit);
        const run = await api.runEvent('cronium.yaml#hello-local');
        assert.equal(await api.log(run.id, 'local'), 'as saved\nas typed\n');
        assert.equal(document.isDirty, true);
        await commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
      });

      it('runs on save only after the very content was approved', async () => {
        const api = await openApi();
        const known = await api.runs();
        const document = await openScript('saved.sh');
        const edit = new WorkspaceEdit();
        edit.insert(document.uri, new Position(document.lineCount, 0), 'echo "with a change"\n');
        await workspace.applyEdit(edit);
        await commands.executeCommand('workbench.action.files.save');
        await until('the question', async () => {
          await acceptNotification();
          return (await api.runs()).length > known.length ? true : undefined;
        });
        const run = await ended(api, (await newRun(api, 'Restart web', known)).id);
        assert.equal(run.status, 'success');
        assert.equal(run.trigger, 'save');
        assert.match(await api.log(run.id, 'local'), /with a change/);
      });
    });
  });
