import { openFolders } from './host/place.ts';
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
  return await Promise.all(
    openFolders().map(async ({ name, root }) => ({ name, root, events: await findEvents(root, { signal, files }) })),
  );
}
