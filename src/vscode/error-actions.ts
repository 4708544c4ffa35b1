import { commands, l10n, Position, Range, Uri, window } from 'vscode';
import type { CroniumError } from '../domain/errors.ts';
import { isAddress } from '../domain/files.ts';
import { connectActions } from './commands/servers/connect-actions.ts';
import { COMMANDS } from './contributions.ts';
import { findPlace, findSetting } from './error-place.ts';

/** What a person can do about an error. */
export interface ErrorAction {
  readonly label: string;
  do(): Promise<void>;
}

/** What can be done about errors whose code begins so; undefined when this one leaves nothing to do. */
type Offer = (error: CroniumError) => ErrorAction | undefined;

const OFFERS: readonly (readonly [prefix: string, offer: Offer])[] = [
  ['workspace/untrusted', () => action(l10n.t('Manage Trust'), 'workbench.trust.manage')],
  ['settings/', ({ message }) => openSettings(findSetting(message))],
  ['event/', openPlace],
  ['config/', openPlace],
  ['server/', () => action(l10n.t('Add Server…'), COMMANDS.addServer)],
  ['run/servers', () => action(l10n.t('Run on…'), COMMANDS.runOn)],
  ['store/', () => openSettings('cronium.dataDir')],
];

/** The buttons of an error. */
export function errorActions(error: CroniumError): ErrorAction[] {
  const offered = OFFERS.filter(([prefix]) => error.code.startsWith(prefix)).flatMap(([, offer]) => offer(error) ?? []);
  return [...offered, ...connectActions(error)];
}

function action(label: string, command: string, ...args: readonly unknown[]): ErrorAction {
  return { label, do: async () => void (await commands.executeCommand(command, ...args)) };
}

function openSettings(setting: string | undefined): ErrorAction {
  return action(l10n.t('Open Settings'), 'workbench.action.openSettings', setting ?? '@ext:cronium.cronium');
}

/** The file that is wrong, with the cursor at the first place. */
function openPlace({ message }: CroniumError): ErrorAction | undefined {
  const place = findPlace(message);
  if (!place) return undefined;
  const { file, line, column } = place;
  const uri = isAddress(file) ? Uri.parse(file, true) : Uri.file(file);
  const at = new Position(line - 1, column - 1);
  return {
    label: l10n.t('Open File'),
    do: async () => void (await window.showTextDocument(uri, { selection: new Range(at, at) })),
  };
}
