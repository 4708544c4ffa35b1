import { CroniumError, Stopped, sentence } from '../../../domain/errors.ts';
import type { Server } from '../../../domain/server.ts';

/** What became of something that was done with several servers. */
export interface Results<T> {
  readonly done: readonly { readonly server: Server; readonly value: T }[];
  readonly failed: readonly { readonly server: Server; readonly error: unknown }[];
}

/** Servers at once: a person waits, and each may be a login. */
const AT_ONCE = 8;

/** Does `work` with each server, a few at once; one that fails keeps nobody else from it. Throws the reason when it is stopped. */
export async function eachServer<T>(
  servers: readonly Server[],
  work: (server: Server) => Promise<T>,
  { signal }: { readonly signal: AbortSignal },
): Promise<Results<T>> {
  const done: { server: Server; value: T }[] = [];
  const failed: { server: Server; error: unknown }[] = [];
  const left = [...servers];
  const takeOneByOne = async (): Promise<void> => {
    for (let server = left.shift(); server !== undefined && !signal.aborted; server = left.shift()) {
      try {
        done.push({ server, value: await work(server) });
      } catch (error) {
        failed.push({ server, error });
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, takeOneByOne));
  signal.throwIfAborted();
  const place = ({ server }: { server: Server }): number => servers.indexOf(server);
  return {
    done: done.sort((one, other) => place(one) - place(other)),
    failed: failed.sort((one, other) => place(one) - place(other)),
  };
}

/** Throws what went wrong: the error itself, or one for all that names each. `cannot` begins the sentence: `connect to`. */
export function throwFailures({ done, failed }: Results<unknown>, cannot: string): void {
  const [first] = failed;
  if (!first) return;
  const bug = failed.find(({ error }) => !(error instanceof CroniumError) && !(error instanceof Stopped));
  if (bug) throw bug.error;
  if (failed.length === 1) throw first.error;
  const all = done.length + failed.length;
  const lines = failed.map(({ server: { name }, error }) => {
    const found = sentence(error);
    // A connection knows its server by the address alone.
    return found.includes(`"${name}"`) ? found : `${name}: ${found}`;
  });
  throw new CroniumError('servers/some', [`Cannot ${cannot} ${failed.length} of ${all} servers`, ...lines].join('\n'));
}
