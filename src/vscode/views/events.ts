import type { LoadedEvent } from '../../app/events.ts';
import { lineText } from '../plain-text.ts';
import type { Row } from './row.ts';

/** The events of one workspace folder. */
export interface FolderEvents {
  readonly name: string;
  readonly root: string;
  readonly events: readonly LoadedEvent[];
}

/** The rows of the Events view; folders are shown when there is more than one. */
export function eventRows(folders: readonly FolderEvents[]): Row[] {
  if (folders.length === 1) return folders.flatMap(({ events }) => events.map(eventRow));
  return folders
    .filter(({ events }) => events.length > 0)
    .map(({ name, root, events }) => ({
      id: root,
      label: lineText(name),
      icon: { name: 'root-folder' },
      words: 'folder',
      spoken: `Folder ${lineText(name)}, ${events.length} events`,
      children: events.map(eventRow),
      isExpanded: true,
    }));
}

function eventRow({ event, problems }: LoadedEvent): Row {
  const error = problems.find(({ severity }) => severity === 'error');
  const name = lineText(event.name);
  const servers = event.servers.length === 0 ? 'servers chosen at each run' : lineText(event.servers.join(', '));
  const description = [error ? 'header has errors' : servers, ...(event.onSave ? ['on save'] : [])].join(' · ');
  const tooltip = [
    name,
    ...(event.description ? [lineText(event.description)] : []),
    event.script.path,
    `Servers: ${servers}`,
    ...problems.map(({ line, message }) => `Line ${line}: ${lineText(message)}`),
  ].join('\n');
  return {
    id: `${event.script.root}\n${event.script.path}`,
    label: name,
    description,
    tooltip,
    icon: error ? { name: 'error', colour: 'list.errorForeground' } : { name: event.onSave ? 'zap' : 'file-code' },
    words: error ? 'event broken' : 'event',
    spoken: `Event ${name}, ${description}`,
    target: { kind: 'event', script: event.script },
  };
}
