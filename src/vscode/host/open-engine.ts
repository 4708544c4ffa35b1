import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Cronium } from '../../app/cronium.ts';
import { sqliteBinding } from '../../app/sqlite-binding.ts';
import type { Prompts } from '../../transport/transport.ts';
import { readSettings } from './settings.ts';

/** Opens the engine over this window: the same data and configuration as the command line, the files of this package. */
export async function openEngine(
  packageDir: string,
  host: { readonly prompts: Prompts; log(line: string): void },
): Promise<Cronium> {
  // Loaded here and not above: SSH and SQLite must not weigh on the editor's start.
  const [{ createCronium }, { findPlaces }] = await Promise.all([
    import('../../app/cronium.ts'),
    import('../../app/places.ts'),
  ]);
  const { configFile, sshConfigFile } = readSettings();
  const places = findPlaces({ env: process.env, homeDir: homedir(), platform: process.platform, configFile });
  return createCronium({
    ...places,
    ...(sshConfigFile === undefined ? {} : { sshConfigFile }),
    runnersDir: join(packageDir, 'dist', 'runners'),
    sqliteBinding: join(packageDir, 'dist', 'sqlite', sqliteBinding()),
    prompts: host.prompts,
    env: process.env,
    homeDir: homedir(),
    log: (line) => host.log(line),
  });
}
