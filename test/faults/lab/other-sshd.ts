import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../../fixtures/sshd.ts';
import { testKey } from '../../fixtures/sshd-keys.ts';
import { processTree, sendSignal } from '../../fixtures/sshd-process.ts';
import { makePrivateUser } from '../../fixtures/sshd-shell.ts';

/** An SSH server that is not OpenSSH, with one unprivileged user. */
export interface OtherSshd extends AsyncDisposable {
  readonly home: string;
  /** A block of an SSH configuration for it, with its host key known; written below a folder. */
  writeConfig(folder: string, alias: string): void;
}

/** dropbear as it is packaged; more options for its command line. */
export function startDropbear(...options: readonly string[]): Promise<OtherSshd> {
  return start((folder, port) => {
    const key = join(folder, 'dropbear-key');
    const made = execFileSync('dropbearkey', ['-t', 'ed25519', '-f', key], { encoding: 'utf8', stdio: 'pipe' });
    const hostKey = /^ssh-ed25519 \S+/m.exec(made)?.[0] ?? '';
    return { hostKey, command: ['dropbear', '-F', '-E', '-s', '-p', `127.0.0.1:${port}`, '-r', key, ...options] };
  });
}

async function start(
  prepare: (folder: string, port: number) => { readonly hostKey: string; readonly command: readonly string[] },
): Promise<OtherSshd> {
  const user = makePrivateUser({ shell: '/bin/bash' });
  let child: ChildProcess | undefined;
  const end = async (): Promise<void> => {
    for (const { pid } of child?.pid === undefined ? [] : processTree(child.pid)) sendSignal(pid, 'SIGKILL');
    user[Symbol.dispose]();
  };
  try {
    const port = await freePort();
    const { hostKey, command } = prepare(join(user.etc, '..'), port);
    const ssh = join(user.home, '.ssh');
    mkdirSync(ssh, { mode: 0o700 });
    writeFileSync(join(ssh, 'authorized_keys'), readFileSync(`${testKey('identity')}.pub`), { mode: 0o600 });
    execFileSync('chown', ['-R', '2001:2001', user.home]);
    child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', ...user.wrap(command)], { stdio: 'ignore' });
    for (let isUp = false; !isUp; ) isUp = await answers(port);
    return {
      home: user.home,
      writeConfig: (folder, alias) => {
        const known = join(folder, 'known_hosts');
        writeFileSync(known, `[127.0.0.1]:${port} ${hostKey}\n`);
        const lines = [
          `Host ${alias}`,
          'HostName 127.0.0.1',
          `Port ${port}`,
          `User ${user.name}`,
          `IdentityFile ${testKey('identity')}`,
          'IdentityAgent none',
          `UserKnownHostsFile ${known}`,
          'GlobalKnownHostsFile /dev/null',
        ];
        writeFileSync(join(folder, 'ssh_config'), `${lines.join('\n  ')}\n`);
      },
      [Symbol.asyncDispose]: end,
    };
  } catch (error) {
    await end();
    throw error;
  }
}

/** Whether somebody listens on a port now; waits a moment when nobody does. */
async function answers(port: number): Promise<boolean> {
  const isUp = Promise.withResolvers<boolean>();
  const socket = connect(port, '127.0.0.1', () => isUp.resolve(true)).on('error', () => isUp.resolve(false));
  const found = await isUp.promise;
  socket.destroy();
  if (!found) await delay(20);
  return found;
}
