import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Sshd, sshConfig, startSshd } from '../fixtures/sshd.ts';
import { openBrowser } from './playwright.ts';
import { findRig } from './rig-home.ts';
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

export interface StageOptions extends Pick<ServerOptions, 'settings' | 'env'> {
  readonly vsix: string;
  readonly shotsDir: string;
  /** Files of the workspace: path to text. */
  readonly files: Readonly<Record<string, string>>;
  /** A real sshd is started for each. */
  readonly sshAliases: readonly string[];
}

/** Sets the stage; everything it opens is closed with `opened`, also when it does not come to its end. */
export async function setStage(options: StageOptions, opened: AsyncDisposableStack): Promise<Stage> {
  const rig = findRig();
  const dir = mkdtempSync(join(tmpdir(), 'rig-'));
  let isKept = false;
  opened.defer(() => {
    if (!isKept) rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
  });
  const folder = join(dir, 'workspace');
  writeFiles(folder, options.files);

  const sshServers = new Map<string, Sshd>();
  for (const alias of options.sshAliases) sshServers.set(alias, opened.use(await startSshd()));
  writeSshConfig(homeOf(dir), sshServers);

  const server = opened.use(await startServer(rig, { ...options, dir, folder, extensions: [options.vsix] }));
  const browser = opened.use(await openBrowser(rig));
  const workbench = await Workbench.open(browser.context, server, { shotsDir: options.shotsDir });
  return {
    workbench,
    server,
    home: homeOf(dir),
    sshServers,
    keep: () => {
      isKept = true;
      return dir;
    },
  };
}

function writeFiles(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text, { mode: 0o755 });
  }
}

function writeSshConfig(home: string, servers: ReadonlyMap<string, Sshd>): void {
  const folder = join(home, '.ssh');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = sshConfig(
    folder,
    [...servers].map(([alias, server]) => ({ alias, server })),
  );
  renameSync(file, join(folder, 'config'));
}
