import type { Sshd } from '../../fixtures/sshd.ts';
import { processTree } from '../../fixtures/sshd-process.ts';
import { processesWith } from './processes.ts';

/** The listener of a server, and the processes of its connections. */
export function sshdProcesses(server: Sshd): { readonly listener: number; readonly connections: readonly number[] } {
  const [[root] = []] = processesWith(`${server.folder}/sshd_config`);
  if (root === undefined) throw new Error(`No sshd runs on port ${server.port}`);
  const connections = processTree(root).filter(({ pid, name }) => pid !== root && name.startsWith('sshd'));
  return { listener: root, connections: connections.map(({ pid }) => pid) };
}
