import type { LoadedEvent } from '../../app/events.ts';
import { formatDuration } from '../../base/duration.ts';
import type { ScriptEvent, ScriptFile } from '../../domain/event.ts';
import { eventKey } from '../event-key.ts';
import { lineText } from '../plain-text.ts';
import type { Fact, Row, Target, Tip } from './row.ts';

/** The events of one workspace folder. */
export interface FolderEvents {
  readonly name: string;
  /** As in `ScriptFile`. */
  readonly root: string;
  readonly events: readonly LoadedEvent[];
  /** Why it could not be looked through. */
  readonly problem?: string;
}

/** The rows of the Events view: what is declared, by folder when there is more than one, then what was run without a declaration. */
export function eventRows(folders: readonly FolderEvents[], recent: readonly ScriptFile[]): Row[] {
  const filled = folders.filter(({ events, problem }) => events.length > 0 || problem !== undefined);
  const isFlat = folders.length === 1 && folders[0]?.problem === undefined;
  const declared = isFlat ? filled.flatMap(({ events }) => rowsOf(events)) : filled.map(folderRow);
  const undeclared = recent.filter((script) => !isDeclared(script, folders));
  return undeclared.length === 0 ? declared : [...declared, recentRow(undeclared, folders)];
}

function folderRow({ name, root, events, problem }: FolderEvents): Row {
  if (problem !== undefined) return brokenFolderRow({ name, root, problem });
  return {
    id: root,
    label: lineText(name),
    icon: { name: 'root-folder' },
    words: 'folder',
    spoken: `Folder ${lineText(name)}, ${events.length === 1 ? '1 event' : `${events.length} events`}`,
    children: rowsOf(events),
    isExpanded: true,
  };
}

function brokenFolderRow({ name, root, problem }: { name: string; root: string; problem: string }): Row {
  const label = lineText(name);
  const description = lineText(problem);
  return {
    id: root,
    label,
    description,
    tooltip: { title: label, facts: [{ value: description }] },
    icon: { name: 'error', colour: 'list.errorForeground' },
    words: 'folder',
    spoken: `Folder ${label}, ${description}`,
  };
}

/** Events that share a name are told apart by where they stand. */
function rowsOf(events: readonly LoadedEvent[]): Row[] {
  const named = Map.groupBy(events, ({ event }) => lineText(event.name));
  return events.map((loaded) => eventRow(loaded, (named.get(lineText(loaded.event.name))?.length ?? 0) > 1));
}

function eventRow({ event, problems }: LoadedEvent, isAmbiguous: boolean): Row {
  const isBroken = problems.some(({ severity }) => severity === 'error');
  const name = lineText(event.name);
  const servers = event.servers.length === 0 ? 'servers chosen at each run' : lineText(event.servers.join(', '));
  const description = [
    ...(isAmbiguous ? [lineText(event.id)] : []),
    isBroken ? 'has errors' : servers,
    ...(event.onSave ? ['on save'] : []),
  ].join(' · ');
  return {
    id: eventKey(event),
    label: name,
    description,
    tooltip: tipOf(event, problems, servers),
    icon: isBroken ? { name: 'error', colour: 'list.errorForeground' } : { name: event.onSave ? 'zap' : 'file-code' },
    words: isBroken ? 'event broken' : 'event',
    spoken: `Event ${name}, ${description}`,
    target: targetOf(event),
  };
}

function targetOf({ id, script, declaredAt }: ScriptEvent): Target {
  return { kind: 'event', id, script, ...(declaredAt ? { declaredAt } : {}) };
}

function tipOf(event: ScriptEvent, problems: LoadedEvent['problems'], servers: string): Tip {
  const { description, script, declaredAt, interpreter, onSave, timeoutMs, args } = event;
  const facts: readonly (Fact | undefined)[] = [
    description ? { value: lineText(description) } : undefined,
    { name: 'Script', value: lineText(script.path) },
    declaredAt && declaredAt.path !== script.path
      ? { name: 'Declared in', value: `${lineText(declaredAt.path)}:${declaredAt.line}` }
      : undefined,
    { name: 'Servers', value: servers },
    interpreter
      ? { name: 'Runs with', value: lineText([...interpreter.commands.slice(0, 1), ...interpreter.args].join(' ')) }
      : undefined,
    args.length > 0 ? { name: 'Arguments', value: lineText(args.join(' ')) } : undefined,
    onSave ? { name: 'Runs on save of', value: lineText(['the script', ...onSave.globs].join(', ')) } : undefined,
    timeoutMs === undefined ? undefined : { name: 'Time limit', value: formatDuration(timeoutMs) },
    ...problems.map(({ line, message }) => ({ name: `Line ${line}`, value: lineText(message) })),
  ];
  return { title: lineText(event.name), facts: facts.filter((fact) => fact !== undefined) };
}

/** The scripts that were run as they are. */
function recentRow(scripts: readonly ScriptFile[], folders: readonly FolderEvents[]): Row {
  return {
    id: 'recent',
    label: 'Recent Scripts',
    icon: { name: 'history' },
    words: 'recentScripts',
    spoken: `Recent scripts, ${scripts.length}`,
    children: scripts.map((script) => recentScriptRow(script, folders)),
    isExpanded: true,
  };
}

function recentScriptRow(script: ScriptFile, folders: readonly FolderEvents[]): Row {
  const { root, path } = script;
  const label = lineText(path.slice(path.lastIndexOf('/') + 1));
  const folder = folders.length === 1 && folders[0]?.root === root ? [] : [folderName(root, folders)];
  const parent = path.includes('/') ? [path.slice(0, path.lastIndexOf('/'))] : [];
  const description = lineText([...folder, ...parent].join('/'));
  return {
    id: `recent\n${eventKey({ id: path, script })}`,
    label,
    ...(description === '' ? {} : { description }),
    tooltip: {
      title: label,
      facts: [
        { name: 'Script', value: lineText(path) },
        { name: 'Folder', value: lineText(root) },
      ],
    },
    // The editor's own icon for such a file.
    icon: { name: 'file' },
    words: 'event recent',
    spoken: `Recent script ${label}${description === '' ? '' : `, ${description}`}`,
    target: { kind: 'event', id: path, script },
  };
}

function folderName(root: string, folders: readonly FolderEvents[]): string {
  return folders.find((folder) => folder.root === root)?.name ?? root.slice(root.lastIndexOf('/') + 1);
}

/** It has become an event since: it stands above. */
function isDeclared(script: ScriptFile, folders: readonly FolderEvents[]): boolean {
  return folders.some(
    ({ root, events }) => root === script.root && events.some(({ event }) => event.declaredAt?.path === script.path),
  );
}
