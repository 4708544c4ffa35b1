import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Asked, Mode, Started } from './phases.ts';

/** Servers of `PHASES` in a process of their own: what they keep is not the client's, and a flood of theirs is as fast as it can be. */
export interface ServersApart extends AsyncDisposable {
  /** Starts one; the path of an ssh_config in which it is called `hostile`. It lives as long as all of them. */
  start(phase: string, mode: Mode): Promise<string>;
}

export async function startServersApart(): Promise<ServersApart> {
  const child = fork(join(import.meta.dirname, 'phase-servers.ts'), {
    execArgv: ['--disable-warning=MODULE_TYPELESS_PACKAGE_JSON'],
  });
  const ended = once(child, 'exit');
  let asked = 0;
  return {
    start: (phase, mode) => {
      const id = asked++;
      const answer = Promise.withResolvers<string>();
      const onMessage = (started: Started): void => {
        if (started.id === id) answer.resolve(started.configFile);
      };
      child.on('message', onMessage);
      void ended.then(() => answer.reject(new Error('The servers are gone')));
      child.send({ id, phase, mode } satisfies Asked);
      return answer.promise.finally(() => child.off('message', onMessage));
    },
    [Symbol.asyncDispose]: async () => {
      child.disconnect();
      await ended;
    },
  };
}
