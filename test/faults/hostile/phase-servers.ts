// A process that starts servers of PHASES as its parent asks, and ends with it.
import { type Asked, PHASES, type Started } from './phases.ts';

await using servers = new AsyncDisposableStack();
process.on('message', async ({ id, phase, mode }: Asked) => {
  const start = PHASES[phase];
  if (start === undefined) throw new RangeError(`There is no phase "${phase}"`);
  const { configFile } = servers.use(await start(mode));
  process.send?.({ id, configFile } satisfies Started);
});
await new Promise((resolve) => process.once('disconnect', resolve));
