import {
  EventEmitter,
  MarkdownString,
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
import { uriOf } from '../host/place.ts';
import { noticeText } from '../plain-text.ts';
import { describeRow } from './moment.ts';
import type { Row, Rows, Tip } from './row.ts';

/** Changes that come closer together are shown together. */
const MIN_REFRESH_MS = 100;

/** Loading takes at most this part of the time: 1 of 5. */
const REST_FACTOR = 4;

/** How often a row tells anew for how long something goes on. */
const TICK_MS = 1_000;

/** A view of rows. It loads when it can be seen, and again when told that something has changed. */
export class RowTree implements TreeDataProvider<Row>, Disposable {
  readonly #load: () => Promise<Rows>;
  readonly #onDidChange = new EventEmitter<Row[] | undefined>();
  readonly onDidChangeTreeData = this.#onDidChange.event;
  readonly #onDidChangeVisibility = new EventEmitter<boolean>();
  readonly onDidChangeVisibility = this.#onDidChangeVisibility.event;
  readonly #view: TreeView<Row>;
  #isStale = false;
  #tookMs = 0;
  #timer: NodeJS.Timeout | undefined;
  #ticking: readonly Row[] = [];
  #ticker: NodeJS.Timeout | undefined;

  constructor(id: string, load: () => Promise<Rows>, options: { readonly isNested?: boolean } = {}) {
    this.#load = load;
    this.#view = window.createTreeView(id, {
      treeDataProvider: this,
      showCollapseAll: options.isNested === true,
      canSelectMany: true,
    });
    this.#view.onDidChangeVisibility(({ visible }) => {
      if (visible && this.#isStale) this.refresh();
      this.#tick();
      this.#onDidChangeVisibility.fire(visible);
    });
  }

  get isVisible(): boolean {
    return this.#view.visible;
  }

  /** Says how many things go on, also while the view cannot be seen. */
  set badge(badge: Rows['badge']) {
    if (this.#view.badge?.value !== badge?.value) this.#view.badge = badge;
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
      this.badge = badge;
      this.#view.message = '';
      this.#ticking = rows
        .flatMap((each) => [each, ...(each.children ?? [])])
        .filter(({ since }) => since !== undefined);
      return [...rows];
    } catch (error) {
      if (!(error instanceof CroniumError)) throw error;
      this.#view.message = noticeText(error.message);
      this.#ticking = [];
      return [];
    } finally {
      this.#tookMs = performance.now() - began;
      this.#tick();
    }
  }

  getTreeItem(row: Row): TreeItem {
    const item = new TreeItem(row.label, collapsibleState(row));
    item.id = row.id;
    item.contextValue = row.words;
    item.iconPath = new ThemeIcon(row.icon.name, row.icon.colour ? new ThemeColor(row.icon.colour) : undefined);
    item.accessibilityInformation = { label: row.spoken };
    item.tooltip = tooltipOf(row);
    const description = describeRow(row, Date.now());
    if (description !== undefined) item.description = description;
    const command = commandOf(row);
    if (command) item.command = { command, title: '', arguments: [row] };
    // Also tells the editor which file it is: its problems and its state in the repository are shown.
    if (row.target?.kind === 'event') item.resourceUri = uriOf(row.target.script);
    return item;
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    clearInterval(this.#ticker);
    this.#view.dispose();
    this.#onDidChange.dispose();
    this.#onDidChangeVisibility.dispose();
  }

  /** Counts on while there is something to count and somebody to see it. */
  #tick(): void {
    const isNeeded = this.#view.visible && this.#ticking.length > 0;
    if (!isNeeded) {
      clearInterval(this.#ticker);
      this.#ticker = undefined;
    } else this.#ticker ??= setInterval(() => this.#onDidChange.fire([...this.#ticking]), TICK_MS);
  }
}

/** What a click does: it opens what the row stands for. It never runs anything. */
function commandOf({ target }: Row): string | undefined {
  switch (target?.kind) {
    case 'event':
      return target.declaredAt ? COMMANDS.editEvent : COMMANDS.openScript;
    case 'run':
    case 'job':
      return COMMANDS.openRun;
    case 'server':
    case 'deployment':
    case 'scope':
    case 'variable':
    case undefined:
      return undefined;
    default:
      return target satisfies never;
  }
}

function tooltipOf({ tooltip, spoken }: Row): MarkdownString | string {
  if (tooltip === undefined) return spoken;
  return typeof tooltip === 'string' ? tooltip : markdownOf(tooltip);
}

/** Names and messages in it may come from a server or a workspace: all of it goes in as text. */
function markdownOf({ title, facts }: Tip): MarkdownString {
  const text = new MarkdownString().appendMarkdown('**').appendText(title).appendMarkdown('**\n\n');
  for (const { name, value } of facts) {
    text.appendText(name === undefined ? value : `${name}: ${value}`).appendMarkdown('  \n');
  }
  return text;
}

function collapsibleState(row: Row): TreeItemCollapsibleState {
  if (!row.children || row.children.length === 0) return TreeItemCollapsibleState.None;
  return row.isExpanded ? TreeItemCollapsibleState.Expanded : TreeItemCollapsibleState.Collapsed;
}
