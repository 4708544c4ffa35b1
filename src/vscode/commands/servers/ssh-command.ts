import type { Server } from '../../../domain/server.ts';
import { parseAddress } from '../../../transport/transport.ts';
import { formatArguments } from '../run/argument-line.ts';

export interface SshCommandOptions {
  /** `-F` of `ssh`. */
  readonly configFile?: string | undefined;
}

/** The arguments with which the system's `ssh` reaches the same server. Throws `CroniumError` `connect/config` for no address. */
export function sshArguments({ address }: Pick<Server, 'address'>, { configFile }: SshCommandOptions): string[] {
  const { host, user, port } = parseAddress(address);
  return [
    ...(configFile === undefined ? [] : ['-F', configFile]),
    ...(port === undefined ? [] : ['-p', String(port)]),
    user === undefined ? host : `${user}@${host}`,
  ];
}

/** The same for a POSIX shell. */
export function sshCommandLine(server: Pick<Server, 'address'>, options: SshCommandOptions): string {
  return formatArguments(['ssh', ...sshArguments(server, options)]);
}
