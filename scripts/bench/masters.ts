import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Account } from './account.ts';
import type { Fleet } from './fleet.ts';
import { ansibleSockets } from './tools.ts';

/** Logins at once: more make each other wait, and the servers' machine is this one. */
const AT_ONCE = 8;

/** Opens a master for each of the first so many servers that has none; what they cost is the account's. */
export async function openMasters(fleet: Fleet, count: number, account: Account): Promise<void> {
  const names = [...fleet.names(count)];
  const one = async (): Promise<void> => {
    for (let name = names.pop(); name !== undefined; name = names.pop()) {
      const command = 'read -r go && exec ssh -F "$0" "$1" true < /dev/null > /dev/null 2>&1';
      const child = spawn('/bin/sh', ['-c', command, fleet.sharedConfig, name], {
        stdio: ['pipe', 'ignore', 'ignore'],
      });
      if (child.pid !== undefined) account.add(child.pid);
      child.stdin.end('\n');
      const [code] = await once(child, 'exit');
      if (code !== 0) throw new Error(`No master for ${name}: ssh ended with ${code}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
}

/** Ends the masters of ours and of Ansible's: the next run has to connect. */
export async function closeMasters(fleet: Fleet): Promise<void> {
  const sockets = [fleet.folder, ansibleSockets(fleet)].flatMap((folder) =>
    readdirSync(folder)
      .map((name) => join(folder, name))
      .filter((path) => statSync(path, { throwIfNoEntry: false })?.isSocket()),
  );
  await Promise.all(
    sockets.map(async (socket) => {
      const child = spawn('ssh', ['-O', 'exit', '-o', `ControlPath=${socket}`, 'x'], { stdio: 'ignore' });
      await once(child, 'exit');
    }),
  );
}
