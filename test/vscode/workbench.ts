import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserContext, Locator, Page } from './playwright.ts';
import type { Server } from './server.ts';
import { PATIENCE_MS, stubbornly } from './until.ts';

/** How long one try takes before it is made again. */
const TRY = { timeout: 4_000 };
const PATIENCE = { timeout: PATIENCE_MS };

/** A VS Code window as a person uses it: found by what is written on it, never by coordinates. */
export class Workbench {
  readonly page: Page;
  /** What went wrong in the page and nobody caught. */
  readonly errors: string[] = [];
  readonly #shotsDir: string;
  #shots = 0;

  constructor(page: Page, shotsDir: string) {
    this.page = page;
    this.#shotsDir = shotsDir;
    page.on('pageerror', (error) => this.errors.push(error.message));
    mkdirSync(shotsDir, { recursive: true });
  }

  /** Opens the server's workspace. */
  static async open(
    context: BrowserContext,
    server: Server,
    options: { readonly shotsDir: string; readonly payload?: readonly (readonly [string, string])[] },
  ): Promise<Workbench> {
    const workbench = new Workbench(await context.newPage(), options.shotsDir);
    const payload = options.payload ? `&payload=${encodeURIComponent(JSON.stringify(options.payload))}` : '';
    const address = `http://${server.host}/?folder=${encodeURIComponent(server.folder)}${payload}`;
    await workbench.page.goto(address, { waitUntil: 'domcontentloaded' });
    await workbench.page.locator('.monaco-workbench .part.statusbar').waitFor(PATIENCE);
    return workbench;
  }

  /** Takes a picture, numbered in the order of taking. */
  async shot(name: string): Promise<void> {
    const file = `${String(++this.#shots).padStart(2, '0')}-${name.replaceAll(/[^A-Za-z0-9]+/g, '-')}.png`;
    await this.page.screenshot({ path: join(this.#shotsDir, file), animations: 'disabled' });
  }

  /** Takes a picture in the dark and in the light theme: `<folder>/<name>-dark.png`, `<folder>/<name>-light.png`. */
  async picture(folder: string, name: string): Promise<void> {
    mkdirSync(folder, { recursive: true });
    // What hangs at the mouse is no part of the picture.
    await this.page.mouse.move(0, 0);
    for (const [colorScheme, theme] of [
      ['light', '.monaco-workbench.vs'],
      ['dark', '.monaco-workbench.vs-dark'],
    ] as const) {
      await this.page.emulateMedia({ colorScheme });
      await this.page.locator(theme).first().waitFor(PATIENCE);
      await this.page.screenshot({ path: join(folder, `${name}-${colorScheme}.png`), animations: 'disabled' });
    }
  }

  // The palette and its relatives.

  /** Opens the command palette with `text` typed in, and leaves it open. */
  async openPalette(text: string): Promise<void> {
    await stubbornly(async () => {
      if (!(await this.#quickInput().isVisible())) await this.page.keyboard.press('F1');
      await this.#quickInput().fill(`>${text}`, TRY);
      await this.#quickRows().first().waitFor(TRY);
      if ((await this.#quickInput().inputValue()) !== `>${text}`) throw new Error('The palette closed again');
    });
  }

  /** Runs the command with exactly this title, `Category: Title`; waits for the extension that brings it. */
  async runCommand(title: string): Promise<void> {
    await stubbornly(async () => {
      await this.openPalette(title);
      await this.#quickRows()
        .filter({ has: this.#labelled(title) })
        .first()
        .click(TRY);
    });
  }

  /** Answers an input box. */
  async answer(text: string): Promise<void> {
    await this.#quickInput().waitFor(PATIENCE);
    await this.#quickInput().fill(text);
    await this.page.keyboard.press('Enter');
  }

  /** Takes the entry of a quick pick whose label is exactly this. */
  async pick(label: string): Promise<void> {
    await this.#quickRows()
      .filter({ has: this.#labelled(label) })
      .first()
      .click(PATIENCE);
  }

  /** Ticks these entries of a quick pick with boxes, and confirms. */
  async tick(labels: readonly string[]): Promise<void> {
    for (const label of labels) await this.pick(label);
    await this.page.keyboard.press('Enter');
  }

  /** Waits until the clipboard holds this, which is pasted to where a file's name is typed. */
  async untilPasted(text: string): Promise<void> {
    await stubbornly(async () => {
      if (!(await this.#quickInput().isVisible())) await this.page.keyboard.press('Control+KeyP');
      await this.#quickInput().fill('', TRY);
      await this.page.keyboard.press('Control+KeyV');
      const pasted = await this.#quickInput().inputValue();
      if (pasted !== text) throw new Error(`The clipboard holds "${pasted}"`);
    });
    await this.page.keyboard.press('Escape');
  }

  async openFile(name: string): Promise<void> {
    await stubbornly(async () => {
      if (!(await this.#quickInput().isVisible())) await this.page.keyboard.press('Control+KeyP');
      await this.#quickInput().fill(name, TRY);
      await this.#quickRows()
        .filter({ has: this.#labelled(name) })
        .first()
        .click(TRY);
    });
    await this.page.locator(`.tabs-container .tab.active[data-resource-name="${name}"]`).waitFor(PATIENCE);
  }

  /** Types a line at the end of the open editor, once the keys go there. */
  async typeLastLine(text: string): Promise<void> {
    await this.page.locator('.part.editor .monaco-editor .view-lines').first().click(PATIENCE);
    await this.page.locator('.part.editor .monaco-editor.focused').first().waitFor(PATIENCE);
    await this.page.keyboard.press('Control+End');
    await this.page.keyboard.type(text);
  }

  // Views.

  /** Opens a view container of the activity bar. */
  async openContainer(title: string): Promise<void> {
    const icon = this.page.locator(`.part.activitybar .action-item:has(.action-label[aria-label^="${title}"])`).first();
    const heading = this.page.locator('.part.sidebar .composite.title h2', {
      hasText: new RegExp(escaped(title), 'i'),
    });
    await icon.waitFor(PATIENCE);
    await stubbornly(async () => {
      if (await heading.isVisible()) return; // Another click would hide the side bar.
      await icon.click(TRY);
      await heading.waitFor(TRY);
    });
  }

  /** Opens a view of the container in sight, if it is folded. */
  unfold(view: string): Promise<void> {
    return this.#setFolded(view, 'true');
  }

  /** Closes it, so that there is room for others. */
  fold(view: string): Promise<void> {
    return this.#setFolded(view, 'false');
  }

  async #setFolded(view: string, isOpen: 'true' | 'false'): Promise<void> {
    const header = this.page.locator(`.part.sidebar .pane-header[aria-label^="${view}"]`).first();
    await header.waitFor(PATIENCE);
    await stubbornly(async () => {
      if ((await header.getAttribute('aria-expanded')) !== isOpen) await header.click(TRY);
      if ((await header.getAttribute('aria-expanded')) !== isOpen) throw new Error(`The view "${view}" stays as it is`);
    });
  }

  /** The row with exactly this label, in the tree of one view or of any. */
  row(label: string, options: { readonly view?: string } = {}): Locator {
    return this.#rows(options.view)
      .filter({ has: this.#labelled(label) })
      .first();
  }

  /** What a screen reader says of each row in sight. */
  rows(options: { readonly view?: string } = {}): Promise<string[]> {
    return this.#rows(options.view).evaluateAll((rows) =>
      rows.map((row) => row.getAttribute('aria-label') ?? row.textContent ?? ''),
    );
  }

  /** Opens a row; it may be open already, and its own click may mean something else. */
  async expand(label: string, options: { readonly view?: string } = {}): Promise<void> {
    const row = this.row(label, options);
    await row.waitFor(PATIENCE);
    const open = this.#rows(options.view)
      .filter({ has: this.#labelled(label) })
      .and(this.page.locator('[aria-expanded="true"]'))
      .first();
    await stubbornly(async () => {
      if (await open.isVisible()) return;
      await row.locator('.monaco-tl-twistie').click(TRY);
      await open.waitFor(TRY);
    });
  }

  /** Presses the button with this title at the right end of a row. */
  async pressRowButton(label: string, button: string, options: { readonly view?: string } = {}): Promise<void> {
    const row = this.row(label, options);
    await stubbornly(async () => {
      await row.hover(TRY);
      await row.locator(`.actions .action-label[aria-label^="${button}"]`).first().click(TRY);
    });
  }

  /** Takes an entry of a row's context menu. */
  async pickRowMenu(label: string, entry: string, options: { readonly view?: string } = {}): Promise<void> {
    const row = this.row(label, options);
    const menu = this.page.locator('.monaco-menu').first();
    const item = this.page
      .locator('.monaco-menu .action-item', { hasText: new RegExp(`^\\s*${escaped(entry)}`) })
      .first();
    await stubbornly(async () => {
      if (!(await menu.isVisible())) await row.click({ ...TRY, button: 'right' });
      await item.click(TRY);
      // A menu takes no click that comes in the moment of its opening.
      await menu.waitFor({ state: 'hidden', ...TRY });
    });
  }

  // Messages.

  toast(text: string): Locator {
    return this.page.locator('.notifications-toasts .notification-list-item', { hasText: text }).first();
  }

  async pressToastButton(text: string, button: string): Promise<void> {
    await this.toast(text).waitFor(PATIENCE);
    await this.toast(text).locator('.monaco-button', { hasText: button }).click();
  }

  dialog(text: string): Locator {
    return this.page.locator('.monaco-dialog-box', { hasText: text }).first();
  }

  async pressDialogButton(text: string, button: string): Promise<void> {
    await this.dialog(text).waitFor(PATIENCE);
    await this.dialog(text).locator('.monaco-button', { hasText: button }).click();
  }

  statusItem(text: string): Locator {
    return this.page.locator('.part.statusbar .statusbar-item', { hasText: text }).first();
  }

  // Text.

  async showOutput(channel: string): Promise<void> {
    await this.runCommand('Output: Show Output Channels...');
    await this.answer(channel);
    await this.page.locator('.part.panel .monaco-editor').first().waitFor(PATIENCE);
  }

  /** The lines in sight of the panel, or of the editor, from top to bottom. */
  async drawnLines(part: 'panel' | 'editor'): Promise<string[]> {
    const lines = this.page.locator(`.part.${part} .view-lines .view-line`);
    await lines.first().waitFor(PATIENCE);
    const drawn = await lines.evaluateAll((elements) =>
      elements.map((line) => ({ top: Number.parseInt(line.style.top, 10), text: line.textContent ?? '' })),
    );
    return drawn.sort((a, b) => a.top - b.top).map((line) => line.text.replaceAll('\u00a0', ' '));
  }

  /** A part of the webview in sight. */
  inWebview(selector: string): Locator {
    return this.page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame').locator(selector);
  }

  #quickInput(): Locator {
    return this.page.locator('.quick-input-widget:not([style*="display: none"]) input.input').first();
  }

  #quickRows(): Locator {
    return this.page.locator('.quick-input-list .monaco-list-row');
  }

  #rows(view: string | undefined): Locator {
    const pane = view === undefined ? '' : `.pane:has(.pane-header[aria-label^="${view}"]) `;
    return this.page.locator(`.part.sidebar ${pane}.pane-body .monaco-list-row`);
  }

  #labelled(label: string): Locator {
    return this.page.locator('.label-name', { hasText: new RegExp(`^\\s*${escaped(label)}\\s*$`) });
  }
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
