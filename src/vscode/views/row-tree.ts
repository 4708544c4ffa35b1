import {
  EventEmitter,
  ThemeColor,
  ThemeIcon,
  type TreeDataProvider,
  TreeItem,
  TreeItemCollapsibleState,
  type TreeView,
  window,
} from 'vscode';
import { CroniumError } from '../../domain/errors.ts';
import { COMMANDS } from '../contributions.ts';
import { scriptUri } from '../host/documents.ts';
import { noticeText } from '../plain-text.ts';
import type { Row, Rows } from './row.ts';

/** Changes that come closer together are shown together. */
const MIN_REFRESH_MS = 100;

/** Loading takes at most this part of the time: 1 of 5. */
const REST_FACTOR = 4;

/** A view of rows. It loads when it can be seen, and again when told that something has changed. */
export class RowTree implements TreeDataProvider<Row>, Disposable {
  readonly #load: () => Promise<Rows>;
  readonly #onDidChange = new EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.#onDidChange.event;
  readonly #view: TreeView<Row>;
  #isStale = false;
  #tookMs = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(id: string, load: () => Promise<Rows>, options: { readonly isNested?: boolean } = {}) {
    this.#load = load;
    this.#view = window.createTreeView(id, { treeDataProvider: this, showCollapseAll: options.isNested === true });
    this.#view.onDidChangeVisibility(({ visible }) => {
      if (visible && this.#isStale) this.refresh();
    });
  }

  /** Loads soon, or when the view is opened. */
  refresh(): void {
    this.#isStale = true;
    if (!this.#view.visible || this.#timer) return;
    const delayMs = Math.max(MIN_REFRESH_MS, this.#tookMs * REST_FACTOR);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#onDidChange.fire(undefined);
    }, delayMs);
  }

  async getChildren(row?: Row): Promise<Row[]> {
    if (row) return [...(row.children ?? [])];
    this.#isStale = false;
    const began = performance.now();
    try {
      const { rows, badge } = await this.#load();
      this.#view.badge = badge;
      this.#view.message = '';
      return [...rows];
    } catch (error) {
      if (!(error instanceof CroniumError)) throw error;
      this.#view.message = noticeText(error.message);
      return [];
    } finally {
      this.#tookMs = performance.now() - began;
    }
  }

  getTreeItem(row: Row): TreeItem {
    const item = new TreeItem(row.label, collapsibleState(row));
    item.id = row.id;
    item.contextValue = row.words;
    item.iconPath = new ThemeIcon(row.icon.name, row.icon.colour ? new ThemeColor(row.icon.colour) : undefined);
    item.accessibilityInformation = { label: row.spoken };
    item.tooltip = row.tooltip ?? row.spoken;
    if (row.description !== undefined) item.description = row.description;
    if (row.target?.kind === 'event') {
      item.resourceUri = scriptUri(row.target.script);
      item.command = { command: COMMANDS.openScript, title: 'Open Script', arguments: [row] };
    }
    return item;
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#view.dispose();
    this.#onDidChange.dispose();
  }
}

function collapsibleState(row: Row): TreeItemCollapsibleState {
  if (!row.children || row.children.length === 0) return TreeItemCollapsibleState.None;
  return row.isExpanded ? TreeItemCollapsibleState.Expanded : TreeItemCollapsibleState.Collapsed;
}
