import { newRun, openApi, until } from './kit.ts';
import { runSuite } from './mocha.ts';

export const run = (): Promise<void> =>
  runSuite(() => {
    it('dies in the middle of two runs', async () => {
      const api = await openApi();
      const known = await api.runs();
      void api.runEvent('scripts/long.sh', { servers: ['web-2'] }).catch(() => {});
      const { id } = await newRun(api, 'Count for long', known);
      await until('its first line', async () => ((await api.log(id, 'web-2')).includes('line 1') ? true : undefined));
      process.kill(process.pid, 'SIGKILL');
    });
  });
