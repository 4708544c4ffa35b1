import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Sshd, type SshdOptions, startSshd } from '../../fixtures/sshd.ts';

/**
 * A server that can reboot: its processes live in a namespace whose first process takes all of them with it, `setsid` or not,
 * and it says that this is another boot of the machine than the one before. Its home outlives it. Needs root.
 */
export function startBoxed(
  options: SshdOptions & { readonly home: string; readonly machineId?: string },
): Promise<Sshd> {
  const { machineId, ...rest } = options;
  return startSshd({
    ...rest,
    wrap: (command, folder) => {
      writeFileSync(join(folder, 'boot_id'), `${randomUUID()}\n`);
      writeFileSync(join(folder, 'machine-id'), `${machineId ?? ''}\n`);
      const script = [
        'mount --make-rprivate /',
        `mount --bind ${folder}/boot_id /proc/sys/kernel/random/boot_id`,
        ...(machineId ? [`mount --bind ${folder}/machine-id /etc/machine-id`] : []),
        'exec "$@"',
      ].join(' && ');
      const box = ['unshare', '--pid', '--fork', '--kill-child', '--mount', '--mount-proc'];
      return [...box, 'sh', '-c', script, 'sh', ...command];
    },
  });
}
