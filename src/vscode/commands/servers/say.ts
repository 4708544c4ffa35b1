import { window } from 'vscode';
import type { Server } from '../../../domain/server.ts';
import { lineText, noticeText, statusText } from '../../plain-text.ts';

/** How long what is told in passing stays. */
const SHOWN_MS = 5_000;

/** Servers that a sentence names before it counts them. */
const NAMED_SERVERS = 3;

/** Tells in the status bar what a person has done and can see elsewhere, too. */
export function sayInPassing(message: string, { icon = 'pass' }: { readonly icon?: string } = {}): void {
  window.setStatusBarMessage(`$(${icon}) ${statusText(message)}`, SHOWN_MS);
}

export function nameServers(servers: readonly Pick<Server, 'name'>[]): string {
  const names = servers.slice(0, NAMED_SERVERS).map(({ name }) => lineText(name));
  const more = servers.length - names.length;
  return more > 0 ? `${names.join(', ')} +${more}` : names.join(', ');
}

/** Tells what was done where a person may have looked elsewhere meanwhile. */
export function say(message: string): void {
  void window.showInformationMessage(noticeText(message));
}

/** Tells it in one notification: a sentence as it is, more below a heading. */
export function sayTogether(sentences: readonly string[], heading: string): void {
  if (sentences.length === 0) return;
  const lines = sentences.length === 1 ? sentences : [heading, ...sentences];
  say(lines.join('\n'));
}
