import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { RigHome } from './rig-home.ts';

// The part of playwright-core that the rig uses. The package lives in the rig's cache, where the type checker does not look.

export interface Timeout {
  readonly timeout?: number;
}

export interface Locator {
  locator(selector: string, options?: LocatorFilter): Locator;
  filter(filter: LocatorFilter): Locator;
  and(other: Locator): Locator;
  first(): Locator;
  nth(index: number): Locator;
  count(): Promise<number>;
  waitFor(options?: Timeout & { readonly state?: 'visible' | 'hidden' | 'attached' | 'detached' }): Promise<void>;
  click(
    options?: Timeout & { readonly button?: 'left' | 'right'; readonly modifiers?: readonly ('Control' | 'Shift')[] },
  ): Promise<void>;
  hover(options?: Timeout): Promise<void>;
  fill(text: string, options?: Timeout): Promise<void>;
  isVisible(): Promise<boolean>;
  inputValue(): Promise<string>;
  getAttribute(name: string): Promise<string | null>;
  textContent(): Promise<string | null>;
  evaluateAll<T>(read: (elements: readonly DrawnElement[]) => T): Promise<T>;
}

export interface LocatorFilter {
  readonly has?: Locator;
  readonly hasText?: string | RegExp;
}

/** An element as a function that runs in the page sees it. */
export interface DrawnElement {
  readonly textContent: string | null;
  readonly style: { readonly top: string };
  getAttribute(name: string): string | null;
}

export interface FrameLocator {
  locator(selector: string): Locator;
  frameLocator(selector: string): FrameLocator;
}

export interface Page {
  readonly mouse: { move(x: number, y: number): Promise<void> };
  readonly keyboard: { press(key: string): Promise<void>; type(text: string): Promise<void> };
  /** Runs `work` in the page; what it takes and gives is JSON. */
  evaluate<T>(work: string): Promise<T>;
  goto(url: string, options?: { readonly waitUntil?: 'domcontentloaded' }): Promise<unknown>;
  reload(): Promise<unknown>;
  close(): Promise<void>;
  locator(selector: string, options?: LocatorFilter): Locator;
  frameLocator(selector: string): FrameLocator;
  emulateMedia(options: { readonly colorScheme: 'dark' | 'light' }): Promise<void>;
  screenshot(options: { readonly path: string; readonly animations: 'disabled' }): Promise<unknown>;
  on(event: 'pageerror', listener: (error: Error) => void): void;
}

export interface BrowserContext {
  newPage(): Promise<Page>;
  exposeFunction(name: string, work: (...args: never[]) => void): Promise<void>;
}

export interface Browser {
  newContext(options: {
    readonly viewport: { readonly width: number; readonly height: number };
    readonly colorScheme: 'dark' | 'light';
  }): Promise<BrowserContext>;
  close(): Promise<void>;
}

interface Playwright {
  readonly chromium: {
    launch(options: {
      readonly executablePath: string;
      readonly headless: boolean;
      readonly args: readonly string[];
    }): Promise<Browser>;
  };
}

const CHROMIUM_FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
];

/** Starts Debian's Chromium without a window. */
export async function openBrowser(rig: RigHome): Promise<AsyncDisposable & { readonly context: BrowserContext }> {
  const { chromium } = createRequire(join(rig.dir, 'package.json'))('playwright-core') as Playwright;
  const browser = await chromium.launch({ executablePath: rig.chromium, headless: true, args: CHROMIUM_FLAGS });
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, colorScheme: 'dark' });
  return { context, [Symbol.asyncDispose]: () => browser.close() };
}
