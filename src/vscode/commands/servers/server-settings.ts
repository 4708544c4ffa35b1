import type { Cronium } from '../../../app/cronium.ts';
import { SETTINGS } from '../../contributions.ts';
import { changeUserSetting, serverSettings } from '../../host/settings.ts';
import { readEntries, type ServerDraft, type TakenNames, withoutServers, withServer } from './entry.ts';

/** The names that are in use now. */
export async function takenNames(cronium: Cronium): Promise<TakenNames> {
  const known = await cronium.knownServers();
  return {
    settings: Object.keys(readEntries(serverSettings().servers)),
    aliases: known.filter(({ origin }) => origin === 'ssh').map(({ server }) => server.name),
  };
}

/** Writes a server into the user's settings; all that stands there stays. */
export async function saveServer(draft: ServerDraft, before?: string): Promise<void> {
  await write(withServer(serverSettings().servers, draft, before));
}

export async function dropServers(names: readonly string[]): Promise<void> {
  await write(withoutServers(serverSettings().servers, names));
}

async function write(servers: Readonly<Record<string, unknown>>): Promise<void> {
  // Nothing of ours stays behind in the file when the last one goes.
  await changeUserSetting(SETTINGS.servers, Object.keys(servers).length === 0 ? undefined : servers);
}
