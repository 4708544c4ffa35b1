import { type ChildProcess, spawn } from 'node:child_process';
import { Duplex } from 'node:stream';
import { connectError } from './errors.ts';
import { printable } from './printable.ts';
import type { ResolvedHost } from './resolved-host.ts';
import { describeHost } from './socket.ts';
import { hasStreams } from './spawned.ts';

/** The stream of a ProxyCommand, and what can be said about its end. */
export interface ProxySocket {
  readonly socket: Duplex;
  /** Why the command's end is the reason of a lost connection; `undefined` while it runs. */
  explain(): Error | undefined;
}

const COMPLAINT_BYTES = 4 * 1024;

/** Starts the ProxyCommand of `host` in the user's shell, as `ssh` does; its standard streams are the connection. */
export function startProxyCommand(host: ResolvedHost, options: { readonly env: NodeJS.ProcessEnv }): ProxySocket {
  const command = host.proxyCommand ?? '';
  const shell = options.env.SHELL || '/bin/sh';
  const child = spawn(shell, ['-c', `exec ${command}`], {
    stdio: 'pipe',
    env: options.env,
    // Its own group, so that a pipeline in the command ends with it.
    detached: true,
  });
  let complaints = '';
  let end: Error | undefined;
  let socket: Duplex | undefined;
  const explain = (found: string, cause?: unknown): Error => {
    const lines = printable(complaints, { limit: 500 });
    end = connectError(
      'connect/proxy',
      `Cannot connect to ${describeHost(host)} through its ProxyCommand: ${found}${lines === '' ? '' : `, it said "${lines}"`}`,
      { cause },
    );
    return end;
  };
  child.once('error', (error) => {
    explain(`"${shell}" could not be started (${error.message})`, error);
    socket?.destroy();
  });
  if (!hasStreams(child)) throw explain(`"${shell}" could not be started`);
  child.stderr.on('data', (chunk: Buffer) => {
    complaints = (complaints + chunk.toString()).slice(-COMPLAINT_BYTES);
  });
  const duplex = duplexOf(child);
  socket = duplex;
  child.once('close', (code, signal) => {
    explain(code === null ? `the command was ended by ${signal}` : `the command ended with ${code}`);
    duplex.destroy();
  });
  return { socket: duplex, explain: () => end };
}

function duplexOf(child: ChildProcess & { stdin: NodeJS.WritableStream; stdout: NodeJS.ReadableStream }): Duplex {
  const { stdin, stdout } = child;
  // Their ends are told by the child's own `close`.
  stdin.on('error', () => {});
  stdout.on('error', () => {});
  const socket = new Duplex({
    read: () => {
      stdout.resume();
    },
    write: (chunk, _encoding, done) => {
      stdin.write(chunk, () => done());
    },
    final: (done) => {
      stdin.end();
      done();
    },
    destroy: (error, done) => {
      killGroup(child);
      done(error);
    },
  });
  stdout.on('data', (chunk: Buffer) => {
    if (!socket.push(chunk)) stdout.pause();
  });
  return socket;
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGTERM');
  } catch {
    // It has ended by itself.
  }
}
