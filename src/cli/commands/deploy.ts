import { forEachServer } from '../for-each-server.ts';
import type { Shell } from '../shell.ts';

/** `cronium server deploy <servers>`: puts the runner there anew, whatever is there, and uses it from now on. */
export function deployCommand(servers: readonly string[], shell: Shell): Promise<number> {
  return forEachServer(servers, shell, async (server, { signal }) => {
    const { version, platform, sha256 } = await shell.cronium().deploy(server, { signal });
    return `${server.name}  runner ${version} (${platform}, ${sha256.slice(0, 8)}) is there`;
  });
}
