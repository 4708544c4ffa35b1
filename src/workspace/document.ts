import type { Server } from '../domain/server.ts';
import type { Range } from './source.ts';

/** The name of the file at a folder's root that declares events. */
export const DECLARATION_FILE = 'cronium.yaml';

/** A script or a `cronium.yaml` as the editor has it. */
export interface EventDocument {
  /** The absolute path of the workspace folder, or of the file's own folder when it is in no workspace. */
  readonly root: string;
  /** The path below `root`, with forward slashes. */
  readonly path: string;
  readonly text: string;
  /** The editor's name for its language. */
  readonly languageId?: string | undefined;
}

/** A place between two characters; counts from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** What the names in a document can mean. */
export interface KnownNames {
  readonly servers: readonly Server[];
  /** Lists of selectors by the name of their group (without `@`). */
  readonly groups: Readonly<Record<string, readonly string[]>>;
}

/** A proposal at the cursor. */
export interface Suggestion {
  readonly label: string;
  readonly kind: 'field' | 'value' | 'server' | 'variable' | 'file' | 'header' | 'verb';
  /** In the snippet syntax of the editor. Later lines are whole: no indentation is to be added to them. */
  readonly insertText: string;
  /** A few words beside the label. */
  readonly detail?: string;
  /** Markdown of ours, never text of a workspace. */
  readonly documentation?: string;
  /** What it replaces; from the beginning of the word at the cursor to its end. */
  readonly range: Range;
  /** What the replaced text is compared with, where that is not the label. */
  readonly filterText?: string;
}

/** What is told about the key under the pointer. */
export interface Hover {
  readonly markdown: string;
  readonly range: Range;
}

/** Text in place of a range of the document; an insertion has an empty one. */
export interface TextEdit {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  readonly text: string;
}

/** A way to repair a problem. */
export interface Fix {
  /** What it does, as the editor's menu says it: `Change to "servers"`. */
  readonly title: string;
  readonly edits: readonly TextEdit[];
}

/** An event that a document declares. */
export interface DeclaredEvent {
  /** As `ScriptEvent.id`. */
  readonly id: string;
  readonly name: string;
  /** The line of its `cronium:` or of its key. */
  readonly line: number;
  /** The script below `root`; absent when the entry does not say. */
  readonly script?: string;
  /** Its selectors, as written. */
  readonly servers: readonly string[];
}

/** The fields that a new event begins with, in the order in which they are written. */
export interface NewEvent {
  readonly name?: string;
  readonly description?: string;
  readonly servers?: readonly string[];
  readonly interpreter?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly files?: readonly string[];
  readonly timeout?: string;
  readonly onSave?: boolean;
}
