import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Sshd, sshConfig, startSshd } from '../fixtures/sshd.ts';
import { testKey } from '../fixtures/sshd-keys.ts';
import { type BrowserContext, openBrowser } from './playwright.ts';
import { findRig, type RigHome } from './rig-home.ts';
import { homeOf, type Server, type ServerOptions, startServer } from './server.ts';
import { Workbench } from './workbench.ts';

/** Everything a test in a real VS Code plays on. */
export interface Stage {
  readonly workbench: Workbench;
  readonly server: Server;
  /** The home of the person at the keyboard. */
  readonly home: string;
  /** The SSH servers by the alias under which the person knows them. */
  readonly sshServers: ReadonlyMap<string, Sshd>;
  /** Leaves the run's folder behind, with all logs, and says where. */
  keep(): string;
}

export interface StageOptions extends Pick<ServerOptions, 'settings' | 'env' | 'trust' | 'runsSuites'> {
  readonly vsix: string;
  readonly shotsDir: string;
  /** Files of the workspace: path to text. */
  readonly files: Readonly<Record<string, string>>;
  /** A real sshd is started for each. */
  readonly sshAliases: readonly string[];
  /** Those of the aliases whose host keys nobody has accepted yet. */
  readonly strangers?: readonly string[];
  /** Those of the aliases that take a key with a passphrase only: `PASSPHRASE`. */
  readonly locked?: readonly string[];
}

export const PASSPHRASE = 'open sesame';

/** The servers of a stage, before a window is open. */
export type Scene = Omit<Stage, 'workbench'> & { readonly rig: RigHome; readonly browser: BrowserContext };

/** Sets the stage; everything it opens is closed with `opened`, also when it does not come to its end. */
export async function setStage(options: StageOptions, opened: AsyncDisposableStack): Promise<Stage> {
  const scene = await setScene(options, opened);
  return { ...scene, workbench: await Workbench.open(scene.browser, scene.server, options) };
}

/** Starts the SSH servers, the VS Code server with the extension, and a browser. */
export async function setScene(options: StageOptions, opened: AsyncDisposableStack): Promise<Scene> {
  const rig = findRig();
  const dir = mkdtempSync(join(tmpdir(), 'rig-'));
  let isKept = false;
  opened.defer(() => {
    if (!isKept) rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
  });
  const { folder, sshServers } = await setHome(dir, options, opened);
  const server = opened.use(await startServer(rig, { ...options, dir, folder, extensions: [options.vsix] }));
  const browser = opened.use(await openBrowser(rig));
  const keep = (): string => {
    isKept = true;
    return dir;
  };
  return { rig, browser: browser.context, server, home: homeOf(dir), sshServers, keep };
}

/** Makes the workspace and the home of the person at the keyboard in `dir`, and starts the SSH servers that this home knows. */
export async function setHome(
  dir: string,
  options: Pick<StageOptions, 'files' | 'sshAliases' | 'strangers' | 'locked'>,
  opened: AsyncDisposableStack,
): Promise<{ readonly folder: string; readonly sshServers: ReadonlyMap<string, Sshd> }> {
  const folder = join(dir, 'workspace');
  writeFiles(folder, options.files);
  const sshServers = new Map<string, Sshd>();
  const locked = testKey('locked', { passphrase: PASSPHRASE });
  const authorizedKeys = [readFileSync(`${locked}.pub`, 'utf8')];
  for (const alias of options.sshAliases) {
    const server = await startSshd(options.locked?.includes(alias) ? { authorizedKeys } : {});
    sshServers.set(alias, opened.use(server));
  }
  writeSshConfig(homeOf(dir), sshServers, (alias) => (options.locked?.includes(alias) ? locked : undefined));
  const strangers = options.strangers?.map((alias) => sshServers.get(alias)?.knownHosts ?? '') ?? [];
  const knownHosts = join(homeOf(dir), '.ssh', 'known_hosts');
  const known = readFileSync(knownHosts, 'utf8').split(/(?<=\n)/);
  writeFileSync(knownHosts, known.filter((line) => !strangers.includes(line)).join(''));
  return { folder, sshServers };
}

function writeFiles(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text, { mode: 0o755 });
  }
}

function writeSshConfig(
  home: string,
  servers: ReadonlyMap<string, Sshd>,
  keyOf: (alias: string) => string | undefined,
): void {
  const folder = join(home, '.ssh');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const entries = [...servers].map(([alias, server]) => {
    const identityFile = keyOf(alias);
    return { alias, server, ...(identityFile === undefined ? {} : { identityFile }) };
  });
  renameSync(sshConfig(folder, entries), join(folder, 'config'));
}
