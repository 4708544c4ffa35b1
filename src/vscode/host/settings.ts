import { homedir } from 'node:os';
import { join } from 'node:path';
import { workspace } from 'vscode';
import { SETTINGS } from '../contributions.ts';

export interface Settings {
  readonly configFile: string | undefined;
  readonly sshConfigFile: string | undefined;
}

/** The user's settings that decide about servers, keys and paths. What a workspace says about these is never read. */
export function readSettings(): Settings {
  return { configFile: userPath(SETTINGS.configFile), sshConfigFile: userPath(SETTINGS.sshConfigFile) };
}

function userPath(setting: string): string | undefined {
  const value: unknown = workspace.getConfiguration().inspect(setting)?.globalValue;
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  const path = value.trim();
  return path.startsWith('~/') ? join(homedir(), path.slice(2)) : path;
}
