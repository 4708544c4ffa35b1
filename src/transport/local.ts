import { spawn } from 'node:child_process';
import { connectError } from './ssh/errors.ts';
import { hasStreams } from './ssh/spawned.ts';
import type { OpenOptions, RemoteExit, RemoteProcess, Transport } from './transport.ts';

export interface LocalDeps {
  readonly homeDir: string;
  readonly env: NodeJS.ProcessEnv;
}

// A shell that ignores the request to end gets no second one.
const KILL_AFTER_MS = 2_000;

/** This machine as a target: the command runs in a shell of the user's, without a terminal. */
export function localTransport(deps: LocalDeps): Transport {
  return {
    open: (command, options) => start(command, deps, options),
    [Symbol.asyncDispose]: async () => {},
  };
}

function start(command: string, deps: LocalDeps, { ahead, onSent, signal }: OpenOptions): Promise<RemoteProcess> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    onSent?.();
    const child = spawn('/bin/sh', ['-c', command], {
      cwd: deps.homeDir,
      env: deps.env,
      stdio: 'pipe',
      // Its own session: Ctrl-C in our terminal is ours to understand.
      detached: true,
      windowsHide: true,
    });
    child.once('error', (error) =>
      reject(
        connectError('connect/local', `Cannot start a command on this machine: ${error.message}`, { cause: error }),
      ),
    );
    if (!hasStreams(child)) return;
    const exited = Promise.withResolvers<RemoteExit>();
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream.on('error', () => {});
    if (ahead !== undefined) child.stdin.write(ahead);

    let isClosed = false;
    const kill = (name: 'SIGTERM' | 'SIGKILL') => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, name);
      } catch {
        // The group has ended.
      }
    };
    const remote: RemoteProcess = {
      stdin: child.stdin,
      stdout: child.stdout,
      stderr: child.stderr,
      exited: exited.promise,
      close: () => {
        if (isClosed) return;
        isClosed = true;
        for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
        if (child.exitCode !== null || child.signalCode !== null) return;
        kill('SIGTERM');
        const timer = setTimeout(() => kill('SIGKILL'), KILL_AFTER_MS);
        child.once('exit', () => clearTimeout(timer));
      },
    };
    child.once('spawn', () => resolve(remote));
    child.once('close', (code, name) => exited.resolve(exitOf(code, name)));
  });
}

function exitOf(code: number | null, name: NodeJS.Signals | null): RemoteExit {
  if (code === null) return { kind: 'signalled', signal: name ?? 'SIGKILL' };
  return { kind: 'exited', code };
}
