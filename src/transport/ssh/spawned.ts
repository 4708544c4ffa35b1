import type { ChildProcess } from 'node:child_process';

/** Without a free file descriptor a child has none of its streams, whatever its type says; its `error` comes later. */
export function hasStreams(child: ChildProcess): boolean {
  return child.stdout !== undefined;
}
