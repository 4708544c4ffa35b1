import { ExitCode } from '../app/exit-code.ts';
import { displayable } from '../base/display.ts';
import { CroniumError } from '../domain/errors.ts';
import type { Server } from '../domain/server.ts';
import { Interrupt } from './interrupt.ts';
import type { Shell } from './shell.ts';

/**
 * Does something on all servers that are named, at once, and shows a line for each, in their order; a server that fails does not
 * stop the others. The exit code is 125 when one did.
 */
export async function forEachServer(
  selectors: readonly string[],
  shell: Shell,
  work: (server: Server, options: { readonly signal: AbortSignal }) => Promise<string>,
): Promise<number> {
  using interrupt = new Interrupt(() => interrupt.leave());
  const signal = AbortSignal.any([interrupt.cancel, interrupt.left]);
  const servers = await shell.cronium().selectServers(selectors);
  const lines = servers.map(async (server) => await work(server, { signal }));
  // Who fails is told in turn.
  for (const line of lines) line.catch(() => {});
  let code: number = ExitCode.success;
  for (const line of lines) {
    try {
      await shell.out.write(`${displayable(await line)}\n`);
    } catch (error) {
      if (!(error instanceof CroniumError)) throw error;
      code = ExitCode.broken;
      await shell.err.write(`cronium: ${displayable(error.message)}\n`);
    }
  }
  return code;
}
