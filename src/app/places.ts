import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { CroniumError, sentence } from '../domain/errors.ts';
import { readConfiguration } from '../workspace/configuration.ts';

export interface PlaceOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly homeDir: string;
  readonly platform: NodeJS.Platform;
  /** What the person named: wins over everything. */
  readonly dataDir?: string | undefined;
  readonly configFile?: string | undefined;
}

/**
 * Where the user's configuration and data are: one place for the extension and the command line, so that a run started in the
 * terminal is seen in the editor. Data: the option, `CRONIUM_DATA_DIR`, `dataDir` of the configuration, the system's custom.
 */
export function findPlaces(options: PlaceOptions): { readonly configFile: string; readonly dataDir: string } {
  const { env } = options;
  const configFile = resolve(options.configFile ?? join(configHome(options), 'cronium', 'config.yaml'));
  if (options.configFile !== undefined && !existsSync(configFile)) {
    throw new CroniumError('config/read', `Cannot read the configuration "${configFile}": there is no such file`);
  }
  const named = options.dataDir ?? nonEmpty(env.CRONIUM_DATA_DIR) ?? configuredDataDir(configFile, options.homeDir);
  return { configFile, dataDir: resolve(named ?? join(dataHome(options), 'cronium')) };
}

function configuredDataDir(configFile: string, homeDir: string): string | undefined {
  if (!existsSync(configFile)) return undefined;
  const { dataDir } = readConfiguration(configFile, readText(configFile)).configuration;
  if (dataDir === undefined) return undefined;
  return dataDir.startsWith('~/') ? join(homeDir, dataDir.slice(2)) : resolve(dirname(configFile), dataDir);
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new CroniumError('config/read', `Cannot read the configuration "${file}": ${sentence(cause)}`, { cause });
  }
}

function configHome({ env, homeDir, platform }: PlaceOptions): string {
  if (platform === 'win32') return nonEmpty(env.APPDATA) ?? join(homeDir, 'AppData', 'Roaming');
  return nonEmpty(env.XDG_CONFIG_HOME) ?? join(homeDir, '.config');
}

function dataHome({ env, homeDir, platform }: PlaceOptions): string {
  if (platform === 'win32') return nonEmpty(env.LOCALAPPDATA) ?? join(homeDir, 'AppData', 'Local');
  if (platform === 'darwin') return join(homeDir, 'Library', 'Application Support');
  return nonEmpty(env.XDG_DATA_HOME) ?? join(homeDir, '.local', 'share');
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}
