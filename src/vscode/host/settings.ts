import { homedir } from 'node:os';
import { join } from 'node:path';
import { type ConfigurationScope, ConfigurationTarget, workspace } from 'vscode';
import { parseDuration } from '../../base/duration.ts';
import { CroniumError, sentence } from '../../domain/errors.ts';
import type { RunTrigger } from '../../domain/run.ts';
import { SETTINGS } from '../contributions.ts';

/** When the output of a run is shown. */
export type Reveal = 'never' | 'onError' | 'always';

const REVEALS: readonly Reveal[] = ['never', 'onError', 'always'];
const DAY_MS = 86_400_000;

/** A timer of more counts as one of none. */
const MAX_INTERVAL_MS = 2 ** 31 - 1;

/** Where the user's files are, as the settings say; absent: where they are by custom. Never what a workspace says. */
export interface PlaceSettings {
  readonly configFile: string | undefined;
  readonly sshConfigFile: string | undefined;
  readonly dataDir: string | undefined;
  readonly runnersDir: string | undefined;
}

export function placeSettings(): PlaceSettings {
  return {
    configFile: userPath(SETTINGS.configFile),
    sshConfigFile: userPath(SETTINGS.sshConfigFile),
    dataDir: userPath(SETTINGS.dataDir),
    runnersDir: userPath(SETTINGS.runnersDir),
  };
}

/** The user's servers and groups as they stand in the settings; the engine checks them. Never what a workspace says. */
export function serverSettings(): { readonly servers: unknown; readonly groups: unknown } {
  return { servers: userValue(SETTINGS.servers), groups: userValue(SETTINGS.groups) };
}

/** What a run takes where its event says nothing. Throws `CroniumError` `settings/…` for a value that cannot be used. */
export function runSettings(scope?: ConfigurationScope): {
  readonly parallel: number;
  readonly timeoutMs: number;
  readonly unsaved: 'editor' | 'save' | 'ask';
} {
  const timeout = read(SETTINGS.timeout, '1h', isText, scope);
  const timeoutMs = parseDuration(timeout);
  if (timeoutMs === undefined || timeoutMs <= 0) {
    throw new CroniumError(
      'settings/timeout',
      `Cannot use the setting "${SETTINGS.timeout}": "${timeout}" is no duration such as 90s, 10m or 1h30m`,
    );
  }
  return {
    parallel: read(SETTINGS.parallel, 32, isCount, scope),
    timeoutMs,
    unsaved: read(SETTINGS.unsaved, 'editor', oneOf(['editor', 'save', 'ask']), scope),
  };
}

export function revealSetting(trigger: RunTrigger): Reveal {
  if (trigger === 'save') return read(SETTINGS.onSaveReveal, 'onError', oneOf(REVEALS));
  return read(SETTINGS.reveal, 'always', oneOf(REVEALS));
}

export function notifySetting(): 'never' | 'onFailure' | 'always' {
  return read(SETTINGS.notify, 'always', oneOf(['never', 'onFailure', 'always']));
}

export function logMode(): 'interleaved' | 'byServer' {
  return read(SETTINGS.logMode, 'interleaved', oneOf(['interleaved', 'byServer']));
}

export function retentionSettings(): { readonly maxRuns: number; readonly maxAgeMs: number } {
  return {
    maxRuns: read(SETTINGS.maxRuns, 1_000, isCount),
    maxAgeMs: read(SETTINGS.maxAgeDays, 90, isCount) * DAY_MS,
  };
}

/** How often health is asked for by itself; undefined: never. */
export function healthIntervalMs(): number | undefined {
  const seconds = read(SETTINGS.healthInterval, 0, (value) => value === 0 || isCount(value));
  return seconds === 0 ? undefined : Math.min(seconds * 1_000, MAX_INTERVAL_MS);
}

export function isSwitchedOn(setting: typeof SETTINGS.codeLens | typeof SETTINGS.autoSave): boolean {
  return read(setting, setting === SETTINGS.codeLens, (value): value is boolean => typeof value === 'boolean');
}

/** Changes a setting where it is set now: what the user's settings say would not count below a workspace that says something else. */
export async function changeSetting(setting: string, value: unknown): Promise<void> {
  const isOfWorkspace = workspace.getConfiguration().inspect(setting)?.workspaceValue !== undefined;
  await write(setting, value, isOfWorkspace ? ConfigurationTarget.Workspace : ConfigurationTarget.Global);
}

/** Changes what the user's settings say; undefined takes the setting out of them. */
export async function changeUserSetting(setting: string, value: unknown): Promise<void> {
  await write(setting, value, ConfigurationTarget.Global);
}

/** The file may have changes that are not saved, or be broken: the editor says which. */
async function write(setting: string, value: unknown, target: ConfigurationTarget): Promise<void> {
  try {
    await workspace.getConfiguration().update(setting, value, target);
  } catch (cause) {
    throw new CroniumError('settings/write', `Cannot change the setting "${setting}": ${sentence(cause)}`, { cause });
  }
}

/** A value of another kind than the setting's stands for its default: the editor underlines it where it is written. */
function read<T>(setting: string, fallback: T, isValid: (value: unknown) => boolean, scope?: ConfigurationScope): T {
  const value: unknown = workspace.getConfiguration(undefined, scope).get(setting);
  return isValid(value) ? (value as T) : fallback;
}

function oneOf(values: readonly string[]): (value: unknown) => boolean {
  return (value) => typeof value === 'string' && values.includes(value);
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

function isCount(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1;
}

function userValue(setting: string): unknown {
  return workspace.getConfiguration().inspect(setting)?.globalValue;
}

function userPath(setting: string): string | undefined {
  const value = userValue(setting);
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  const path = value.trim();
  return path.startsWith('~/') ? join(homedir(), path.slice(2)) : path;
}
