import {
  type CancellationToken,
  DocumentLink,
  type DocumentLinkProvider,
  FileType,
  l10n,
  Range,
  type TextDocument,
  Uri,
  workspace,
} from 'vscode';
import type { RunRecord } from '../../domain/run.ts';
import { COMMANDS } from '../contributions.ts';
import { openFolders, uriOf } from '../host/place.ts';
import { lineText } from '../plain-text.ts';
import { findPlaces } from './places.ts';
import type { RunDocuments } from './run-documents.ts';
import { FULL_LOG, type RunPage, type Section } from './run-page.ts';

/** What is searched for places, from the ends of the logs on: links are made anew at every change of the text. */
const MAX_SEARCHED_CHARACTERS = 256 * 1024;

/** Files that are looked for, for one document. */
const MAX_FILES = 200;

interface Found {
  readonly range: Range;
  readonly path: string;
  readonly fragment: string;
}

/** Links of run documents: to whole logs, and from the places that scripts name into the workspace's files. */
export class RunLinks implements DocumentLinkProvider {
  readonly #documents: RunDocuments;
  /** Whether files exist, by their address; asked once for each document. */
  readonly #files = new WeakMap<TextDocument, Map<string, Promise<boolean>>>();

  constructor(documents: RunDocuments) {
    this.#documents = documents;
  }

  async provideDocumentLinks(document: TextDocument, token: CancellationToken): Promise<DocumentLink[]> {
    const page = this.#documents.pageOf(document);
    const run = this.#documents.find(document)?.record;
    if (!page || !run) return [];
    const links = page.sections.flatMap((section) => fullLogLink(document, section, run) ?? []);
    for (const { range, path, fragment } of [...scriptName(document, run), ...searchPage(page)]) {
      if (token.isCancellationRequested) return [];
      const file = fileOf(path, run);
      if (file && (await this.#exists(file, document))) links.push(new DocumentLink(range, file.with({ fragment })));
    }
    return links;
  }

  #exists(file: Uri, document: TextDocument): Promise<boolean> {
    const files = this.#files.get(document) ?? new Map<string, Promise<boolean>>();
    this.#files.set(document, files);
    const key = file.toString();
    const known = files.get(key) ?? (files.size < MAX_FILES ? isFile(file) : Promise.resolve(false));
    if (files.size < MAX_FILES) files.set(key, known);
    return known;
  }
}

/** The workspace's file that a script knows by this path; only below the run's own folder, and only while that is open here. */
function fileOf(path: string, { script }: RunRecord): Uri | undefined {
  if (!script) return undefined;
  const isOpen = openFolders().some(({ root }) => root === script.root);
  return isOpen || path === script.path ? uriOf({ root: script.root, path }) : undefined;
}

async function isFile(file: Uri): Promise<boolean> {
  try {
    return ((await workspace.fs.stat(file)).type & FileType.File) !== 0;
  } catch {
    // Whatever is wrong with it, it is nothing to go to.
    return false;
  }
}

function fullLogLink(document: TextDocument, section: Section, run: RunRecord): DocumentLink | undefined {
  if (section.aboveLine === undefined) return undefined;
  const start = document.lineAt(section.aboveLine).text.indexOf(FULL_LOG);
  const range = new Range(section.aboveLine, start, section.aboveLine, start + FULL_LOG.length);
  const target = [{ run: run.id, server: section.server }];
  const link = new DocumentLink(
    range,
    Uri.from({ scheme: 'command', path: COMMANDS.openFullLog, query: JSON.stringify(target) }),
  );
  link.tooltip = l10n.t('Open the full log of {0}', lineText(section.server));
  return link;
}

/** The name of the script among the facts at the beginning. */
function scriptName(document: TextDocument, { script }: RunRecord): Found[] {
  if (!script) return [];
  for (let line = 0; line < Math.min(document.lineCount, 8); line++) {
    const { text } = document.lineAt(line);
    const start = text.indexOf(script.path);
    if (!text.startsWith('Script') || start === -1) continue;
    return [{ range: new Range(line, start, line, start + script.path.length), path: script.path, fragment: '' }];
  }
  return [];
}

/** The places that the logs name, the last lines of all servers first. */
function* searchPage({ sections }: RunPage): Generator<Found> {
  const share = Math.floor(MAX_SEARCHED_CHARACTERS / Math.max(1, sections.length));
  for (const { pieces } of sections) {
    let left = share;
    for (const { firstLine, lines } of pieces.toReversed()) {
      if (left <= 0) break;
      left -= lines.text.length;
      for (const [at, text] of lines.text.split('\n').entries()) {
        for (const { start, end, path, line, column } of findPlaces(text)) {
          const fragment = column === undefined ? `L${line}` : `L${line},${column}`;
          yield { range: new Range(firstLine + at, start, firstLine + at, end), path, fragment };
        }
      }
    }
  }
}
