import type { ScriptFile } from '../../domain/event.ts';
import type { VariableScope } from '../../domain/shared-variable.ts';

/** A line of a tree; plain, so that trees are built and tested without an editor. */
export interface Row {
  /** Unique in its tree and stable over refreshes: what is open stays open. */
  readonly id: string;
  readonly label: string;
  readonly description?: string;
  /** A text as it is, or a title over facts. */
  readonly tooltip?: string | Tip;
  readonly icon: RowIcon;
  /** Words that menus look for (`viewItem`). */
  readonly words: string;
  /** For screen readers: the whole row, without its icon. */
  readonly spoken: string;
  readonly target?: Target;
  readonly children?: readonly Row[];
  readonly isExpanded?: boolean;
  /** Something goes on since then (milliseconds since 1970): behind the description the row tells for how long, and counts on. */
  readonly since?: number;
  /** What stands behind that count. */
  readonly afterCount?: string;
}

/** What is shown over a row. All of it is text: nothing in it is a link or a picture. */
export interface Tip {
  readonly title: string;
  readonly facts: readonly Fact[];
}

/** A name with what it is; without a name it is a sentence. */
export interface Fact {
  readonly name?: string;
  readonly value: string;
}

export interface RowIcon {
  /** A product icon. */
  readonly name: string;
  /** A theme colour. */
  readonly colour?: string;
}

/** What a row stands for; commands get it. */
export type Target =
  | {
      readonly kind: 'event';
      /** The event's id; a script and an entry of `cronium.yaml` may share the script. */
      readonly id: string;
      readonly script: ScriptFile;
      readonly declaredAt?: { readonly path: string; readonly line: number };
    }
  | { readonly kind: 'server'; readonly name: string }
  | { readonly kind: 'deployment'; readonly server: string; readonly sha256: string }
  | { readonly kind: 'run'; readonly run: string }
  | { readonly kind: 'job'; readonly run: string; readonly server: string }
  /** All variables of a folder, an event, a server, or of nobody. */
  | { readonly kind: 'scope'; readonly scope: VariableScope; readonly owner: string }
  | { readonly kind: 'variable'; readonly scope: VariableScope; readonly owner: string; readonly name: string };

/** What a tree shows. */
export interface Rows {
  readonly rows: readonly Row[];
  /** The number at the view's icon. */
  readonly badge?: { readonly value: number; readonly tooltip: string };
}

/** Says whether what a command was called with is a row; menus pass theirs, a key binding may pass anything. */
export function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && 'id' in value && 'words' in value && 'spoken' in value;
}
