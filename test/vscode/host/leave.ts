import { assert, newRun, openApi, until } from './kit.ts';
import { runSuite } from './mocha.ts';

export const run = (): Promise<void> =>
  runSuite(() => {
    it('leaves a run to its server when the window closes', async () => {
      const api = await openApi();
      const known = await api.runs();
      void api.runEvent('scripts/long.sh').catch(() => {});
      const { id } = await newRun(api, 'Count for long', known);
      await until('its first line', async () => ((await api.log(id, 'web-1')).includes('line 1') ? true : undefined));
      assert.equal((await api.runs())[0]?.status, 'running');
    });
  });
