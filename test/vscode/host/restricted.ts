import { commands, workspace } from 'vscode';
import { COMMANDS } from '../../../src/vscode/contributions.ts';
import { assert, openApi, openScript } from './kit.ts';
import { runSuite } from './mocha.ts';

export const run = (): Promise<void> =>
  runSuite(() => {
    describe('in a workspace that is not trusted', () => {
      it('nothing runs, whoever asks', async () => {
        assert.equal(workspace.isTrusted, false);
        const api = await openApi();
        await openScript('plain.sh');
        await assert.rejects(api.runEvent('scripts/hello.sh'), /not trusted/);
        for (const name of [
          'runActiveScript',
          'runOn',
          'rerunLast',
          'connectServer',
          'cancelRun',
          'addVariable',
        ] as const) {
          // A refusal is told to the person; the command itself must not do anything.
          await Promise.race([commands.executeCommand(COMMANDS[name]), pause()]);
        }
        await commands.executeCommand('workbench.action.files.save');
        assert.deepEqual(await api.runs(), []);
      });

      it('its files are still read as events', async () => {
        const api = await openApi();
        assert.ok((await api.events()).some(({ name }) => name === 'Say hello'));
      });
    });
  });

/** A command may wait for an answer to what it shows. */
function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1_000));
}
