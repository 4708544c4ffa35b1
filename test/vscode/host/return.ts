import { commands } from 'vscode';
import { VIEWS } from '../../../src/vscode/contributions.ts';
import { assert, ended, openApi } from './kit.ts';
import { runSuite } from './mocha.ts';

const WHOLE = Array.from({ length: 60 }, (_, index) => `line ${index + 1}\n`).join('');

export const run = (): Promise<void> =>
  runSuite(() => {
    it('finds the runs of a closed window and of a killed host again, every line once', async () => {
      const api = await openApi();
      await commands.executeCommand(`${VIEWS.runs}.focus`);
      const runs = await api.runs();
      assert.equal(runs.length, 2);
      for (const { id, jobs } of runs) {
        assert.equal((await ended(api, id)).status, 'success');
        assert.equal(await api.log(id, jobs[0]?.server ?? ''), WHOLE);
      }
    });
  });
