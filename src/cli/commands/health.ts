import type { Health } from '../../app/cronium.ts';
import { byteSize } from '../../base/byte-size.ts';
import { formatDuration } from '../../base/duration.ts';
import { forEachServer } from '../for-each-server.ts';
import type { Shell } from '../shell.ts';

/** `cronium server health <servers>`: what each has to do now. */
export function healthCommand(
  servers: readonly string[],
  options: { readonly json?: boolean },
  shell: Shell,
): Promise<number> {
  return forEachServer(servers, shell, async (server, { signal }) => {
    const health = await shell.cronium().health(server, { signal });
    return options.json ? JSON.stringify({ server: server.name, ...health }) : `${server.name}  ${describe(health)}`;
  });
}

function describe({ cores, load1, memory, disk, uptimeSeconds, jobs }: Health): string {
  return [
    `${cores} ${cores === 1 ? 'core' : 'cores'}`,
    ...(load1 === undefined ? [] : [`load ${load1.toFixed(2)}`]),
    ...(memory ? [`memory ${byteSize(memory.available)} of ${byteSize(memory.total)} free`] : []),
    `disk ${byteSize(disk.free)} of ${byteSize(disk.total)} free`,
    ...(uptimeSeconds === undefined ? [] : [`up ${formatDuration(uptimeSeconds * 1000)}`]),
    `${jobs} ${jobs === 1 ? 'script runs' : 'scripts run'}`,
  ].join(' · ');
}
