import { CroniumError } from '../domain/errors.ts';
import { type OpenFolder, openFolders } from './host/place.ts';
import type { FolderEvents } from './views/events.ts';

/** Looks through the folders of the workspace for what is declared there. */
export async function findWorkspaceEvents(): Promise<readonly FolderEvents[]> {
  // Loaded here and not above: nothing of it is needed before somebody looks.
  const [{ findEvents }, { workspaceFiles }] = await Promise.all([
    import('../app/events.ts'),
    import('./host/workspace-files.ts'),
  ]);
  const signal = new AbortController().signal;
  const files = workspaceFiles();
  const find = async ({ name, root }: OpenFolder): Promise<FolderEvents> => {
    try {
      return { name, root, events: await findEvents(root, { signal, files }) };
    } catch (error) {
      if (!(error instanceof CroniumError)) throw error;
      // One that cannot be read hides nothing of the others.
      return { name, root, events: [], problem: error.message };
    }
  };
  return await Promise.all(openFolders().map(find));
}
