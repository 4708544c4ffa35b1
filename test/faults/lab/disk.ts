import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Sshd } from '../../fixtures/sshd.ts';
import { sshdProcesses } from './sessions.ts';

/**
 * The mounts of a server whose home and `/var/tmp` are small file systems of their own, and whose `/tmp` executes nothing; for
 * `startShellServer`.
 */
export function smallDisk(options: string): (home: string) => readonly string[] {
  return (home) => [
    ...noexec('/tmp'),
    ...[home, '/var/tmp'].map((folder) => `mount -t tmpfs -o mode=700,uid=2001,gid=2001,${options} tmpfs ${folder}`),
  ];
}

/** The commands that make a folder one in which nothing can be executed; what is in it stays. */
export function noexec(folder: string): readonly string[] {
  return [`mount --bind ${folder} ${folder}`, `mount -o remount,bind,noexec ${folder}`];
}

/** A path of a server's own mount namespace, as seen from here. */
export function inside(server: Sshd, path: string): string {
  return join('/proc', String(sshdProcesses(server).listener), 'root', path);
}

/** All files below a folder, hidden ones too; links, which lead somewhere else from here, do not count. */
export function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => lstatSync(join(folder, name)).isFile())
    .map((name) => name);
}
