import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Cronium } from '../../app/cronium.ts';
import type { Vault } from '../../app/host.ts';
import { sqliteBinding } from '../../app/sqlite-binding.ts';
import type { Prompts } from '../../transport/transport.ts';
import { placeSettings, serverSettings } from './settings.ts';

/** Opens the engine over this window: the same data and configuration as the command line, the files of this package. */
export async function openEngine(
  packageDir: string,
  host: {
    readonly prompts: Prompts;
    readonly vault: Vault;
    recallSecret(subject: string): Promise<string | undefined>;
    log(line: string): void;
  },
): Promise<Cronium> {
  // Loaded here and not above: SSH and SQLite must not weigh on the editor's start.
  const [{ createCronium }, { findPlaces }, { workspaceFiles }] = await Promise.all([
    import('../../app/cronium.ts'),
    import('../../app/places.ts'),
    import('./workspace-files.ts'),
  ]);
  const { configFile, sshConfigFile, dataDir, runnersDir } = placeSettings();
  const homeDir = homedir();
  const places = findPlaces({ env: process.env, homeDir, platform: process.platform, configFile, dataDir });
  return createCronium({
    ...places,
    settings: serverSettings,
    ...(sshConfigFile === undefined ? {} : { sshConfigFile }),
    runnersDir: runnersDir ?? join(packageDir, 'dist', 'runners'),
    sqliteBinding: join(packageDir, 'dist', 'sqlite', sqliteBinding()),
    files: workspaceFiles(),
    prompts: host.prompts,
    recallSecret: (subject) => host.recallSecret(subject),
    vault: host.vault,
    env: process.env,
    homeDir,
    log: (line) => host.log(line),
  });
}
