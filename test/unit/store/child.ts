import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A program of `children/` in a process of its own; it answers in lines. */
export interface Child {
  readonly process: ChildProcess;
  readonly lines: AsyncIterableIterator<string>;
}

/** Starts `children/<name>.ts`. As root, `user` makes it another user. */
export function startChild(
  name: string,
  args: readonly string[],
  options: { readonly user?: number; readonly env?: Readonly<Record<string, string>> } = {},
): Child {
  const program = new URL(`children/${name}.ts`, import.meta.url).pathname;
  const user = options.user === undefined ? {} : { uid: options.user, gid: options.user };
  const command = [process.execPath, '--disable-warning=MODULE_TYPELESS_PACKAGE_JSON', program, ...args];
  // A test that is ended from outside cleans nothing up: what writes for ever must go with it.
  const [file = '', ...rest] = process.platform === 'linux' ? ['setpriv', '--pdeathsig', 'KILL', ...command] : command;
  const child = spawn(file, rest, {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...options.env },
    ...user,
  });
  return { process: child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() };
}

/** Everything the child says until it ends. */
export async function linesOf(child: Child): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of child.lines) lines.push(line);
  return lines;
}

/** Ends the child at once, in whatever it is doing, and returns what it has said since. */
export async function kill(child: Child): Promise<string[]> {
  const ended = once(child.process, 'exit');
  child.process.kill('SIGKILL');
  const lines = await linesOf(child);
  await ended;
  return lines;
}
