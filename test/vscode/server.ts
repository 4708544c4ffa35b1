import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { RigHome } from './rig-home.ts';
import { QUIET, RESTRICTED } from './settings.ts';
import { until } from './until.ts';

export interface ServerOptions {
  /** A folder for this run alone: the server's data, extensions, log, and the home of everything that runs in it. */
  readonly dir: string;
  /** The workspace folder. */
  readonly folder: string;
  /** `.vsix` files to install first. */
  readonly extensions?: readonly string[];
  readonly settings?: Readonly<Record<string, unknown>>;
  /** More variables for the extension host. */
  readonly env?: Readonly<Record<string, string>>;
  /** `restricted`: the workspace is not trusted until the person says so. Absent: nobody asks. */
  readonly trust?: 'restricted';
  /** It runs suites in its host, and is not looked at. */
  readonly runsSuites?: true;
}

/** A VS Code server with its extension hosts. */
export interface Server extends AsyncDisposable {
  /** `127.0.0.1:port`. */
  readonly host: string;
  readonly folder: string;
  readonly dataDir: string;
}

/** A socket's path may have 107 characters, and VS Code's own part of it takes about 50. */
const MAX_TMPDIR_LENGTH = 50;

/** What the rig's own surroundings would change in the server. */
const UNWANTED = /^(npm_|XDG_|VSCODE_|ELECTRON_|NODE_OPTIONS$|NODE_V8|PORT$|PASSWORD$)/;

/** Installs the extensions, starts the server and waits until it answers. */
export async function startServer(rig: RigHome, options: ServerOptions): Promise<Server> {
  const { dir, folder } = options;
  const dataDir = join(dir, 'data');
  const home = homeOf(dir);
  for (const path of [join(dataDir, 'User'), join(dir, 'extensions'), home]) mkdirSync(path, { recursive: true });
  const trust = options.trust === 'restricted' ? RESTRICTED : {};
  const settings = { ...QUIET, ...trust, ...options.settings };
  writeFileSync(join(dataDir, 'User/settings.json'), JSON.stringify(settings, null, 2));
  // What a machine decides for itself (paths, say) is not taken from the user's settings in a window on a server.
  mkdirSync(join(dataDir, 'Machine'), { recursive: true });
  writeFileSync(join(dataDir, 'Machine/settings.json'), JSON.stringify(options.settings ?? {}, null, 2));
  writeFileSync(join(dir, 'config.yaml'), '');

  const start = (args: readonly string[]) => startProcess(rig, options, args);
  for (const extension of options.extensions ?? []) {
    const [code] = await once(start(['--install-extension', extension, '--force']), 'exit');
    if (code !== 0) throw new Error(`Cannot install "${extension}": ${readFileSync(join(dir, 'server.log'), 'utf8')}`);
  }
  const port = await freePort();
  const server = start([
    ...['--auth', 'none', '--bind-addr', `127.0.0.1:${port}`],
    ...['--disable-telemetry', '--disable-update-check', '--disable-getting-started-override'],
    // Without its smoke-test driver VS Code does not run a suite in its host; with it, it shows no notifications.
    ...(options.runsSuites ? ['--vscode-option', 'enable-smoke-test-driver'] : []),
    ...(options.trust === 'restricted' ? [] : ['--disable-workspace-trust']),
    folder,
  ]);
  // The whole group: the server runs as parent and child, and the child owns the extension hosts.
  const onExit = () => killGroup(server);
  process.once('exit', onExit);
  const stop = async () => {
    process.removeListener('exit', onExit);
    killGroup(server);
    if (server.exitCode === null && server.signalCode === null) await once(server, 'exit');
  };
  try {
    await until('the VS Code server', async () => {
      if (server.exitCode !== null)
        throw new Error(`The server ended: ${readFileSync(join(dir, 'server.log'), 'utf8')}`);
      return (await answers(`http://127.0.0.1:${port}/healthz`)) ? true : undefined;
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return { host: `127.0.0.1:${port}`, folder, dataDir, [Symbol.asyncDispose]: stop };
}

/** The home folder of a server in `dir`: nothing of the person's own home gets into a run, and nothing of a run stays behind. */
export function homeOf(dir: string): string {
  return join(dir, 'home');
}

function startProcess(rig: RigHome, { dir, env }: ServerOptions, args: readonly string[]): ChildProcess {
  const inherited = Object.entries(process.env).filter(([name]) => !UNWANTED.test(name));
  const log = openSync(join(dir, 'server.log'), 'a');
  // Without `--config` code-server writes a file into the person's home.
  const common = ['--config', join(dir, 'config.yaml'), '--user-data-dir', join(dir, 'data')];
  const child = spawn(rig.node, [rig.codeServer, ...common, '--extensions-dir', join(dir, 'extensions'), ...args], {
    env: {
      ...Object.fromEntries(inherited),
      HOME: homeOf(dir),
      // No marketplace: else the log is full of what cannot be reached.
      EXTENSIONS_GALLERY: '{"serviceUrl":""}',
      ...(dir.length <= MAX_TMPDIR_LENGTH ? { TMPDIR: dir } : {}),
      ...env,
    },
    stdio: ['ignore', log, log],
    detached: true,
  });
  closeSync(log);
  return child;
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false; // Not listening yet.
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('No free port on loopback');
  return address.port;
}
