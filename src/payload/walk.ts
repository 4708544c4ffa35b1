import { mapAhead } from '../base/map-ahead.ts';
import { CroniumError } from '../domain/errors.ts';
import { FileError, type Files, type FolderEntry } from '../domain/files.ts';

/** How many entries of a folder are looked through for one pattern: seconds of work, and more than any project of scripts has. */
const MAX_ENTRIES = 200_000;

/** Folders that are listed at once: hides the way to a folder on another machine. */
const LISTED_AT_ONCE = 32;

/** What a walk looks for. */
export interface Selection {
  /** As the event says it. */
  readonly pattern: string;
  /** The folder in which the walk begins, below the root; `.` is the root. */
  readonly start: string;
  /** Whether a file is meant. */
  matches(path: string): boolean;
  /** Whether a folder can hold files that are meant. */
  enters(path: string): boolean;
}

/** A file as it was met. */
export interface Match {
  readonly name: string;
  /** Its path below the root without links; absent when it is a link itself. */
  readonly real?: string;
}

/** Finds files below a root. Links to folders inside of it are followed; other links are files. */
export function findMatches(
  root: string,
  selection: Selection,
  options: { readonly files: Files; readonly signal: AbortSignal },
): Promise<readonly Match[]> {
  return new Walk(root, selection, options).run();
}

/** A folder on the way. */
interface Place {
  readonly path: string;
  /** Its path without links. */
  readonly real: string;
  /** Behind a link to a folder: the folders in which the links on the way stand, to notice a circle. */
  readonly crossed: readonly string[];
}

class Walk {
  readonly #root: string;
  readonly #selection: Selection;
  readonly #files: Files;
  readonly #signal: AbortSignal;
  readonly #found: Match[] = [];
  #entries = 0;
  /** The folders of the next level. */
  #below: Place[] = [];

  constructor(root: string, selection: Selection, options: { readonly files: Files; readonly signal: AbortSignal }) {
    this.#root = root;
    this.#selection = selection;
    this.#files = options.files;
    this.#signal = options.signal;
  }

  async run(): Promise<readonly Match[]> {
    this.#below = await this.#findStart();
    while (this.#below.length > 0) {
      const places = this.#below;
      this.#below = [];
      const list = async (place: Place) => ({ place, entries: await this.#list(place) });
      for await (const { place, entries } of mapAhead(places, list, { ahead: LISTED_AT_ONCE })) {
        this.#signal.throwIfAborted();
        this.#count(entries.length);
        for (const entry of entries) await this.#look(entry, place);
      }
    }
    return this.#found;
  }

  /** The fixed beginning of a pattern may name a folder that is not there: then nothing matches. */
  async #findStart(): Promise<Place[]> {
    const { start, pattern } = this.#selection;
    if (start === '.') return [{ path: '.', real: '.', crossed: [] }];
    try {
      const real = await this.#files.resolve({ root: this.#root, path: start });
      return [{ path: start, real, crossed: [] }];
    } catch (cause) {
      if (!(cause instanceof FileError)) throw cause;
      if (cause.problem === 'missing') return [];
      const what = cause.problem === 'outside' ? start : pattern;
      throw new CroniumError('event/files', `Cannot pack "${what}": ${cause.found}`, { cause });
    }
  }

  async #list({ path, real }: Place): Promise<readonly FolderEntry[]> {
    try {
      return await this.#files.list({ root: this.#root, path: real });
    } catch (cause) {
      // It is no folder, or went away meanwhile.
      if (!(cause instanceof FileError)) throw cause;
      if (cause.problem === 'missing') return [];
      const { pattern } = this.#selection;
      throw new CroniumError('event/files', `Cannot look into "${path}" for "${pattern}": ${cause.found}`, { cause });
    }
  }

  async #look(entry: FolderEntry, place: Place): Promise<void> {
    const name = joinPath(place.path, entry.name);
    const real = joinPath(place.real, entry.name);
    const { crossed } = place;
    if (entry.kind === 'folder') {
      if (this.#selection.enters(name)) this.#below.push({ path: name, real, crossed });
    } else if (entry.kind === 'link') {
      await this.#lookAtLink({ name, real }, [...crossed, place.real]);
    } else if (this.#selection.matches(name)) {
      this.#found.push({ name, real });
    }
  }

  async #lookAtLink({ name, real }: Required<Match>, crossed: readonly string[]): Promise<void> {
    const canEnter = this.#selection.enters(name);
    const isMeant = this.#selection.matches(name);
    if (!canEnter && !isMeant) return;
    const target = await this.#findFolder(real);
    const isOnTheWay = target !== undefined && !crossed.some((each) => isInside(each, target));
    if (!isOnTheWay && isMeant) this.#found.push({ name });
    if (isOnTheWay && canEnter) this.#below.push({ path: name, real: target, crossed });
  }

  /** The folder inside the root that a link leads to. */
  async #findFolder(link: string): Promise<string | undefined> {
    try {
      const path = await this.#files.resolve({ root: this.#root, path: link });
      return (await this.#files.stat({ root: this.#root, path })).kind === 'folder' ? path : undefined;
    } catch (cause) {
      // Whoever packs it says what is wrong with it.
      if (cause instanceof FileError) return undefined;
      throw cause;
    }
  }

  #count(entries: number): void {
    this.#entries += entries;
    if (this.#entries <= MAX_ENTRIES) return;
    const limit = MAX_ENTRIES.toLocaleString('en');
    throw new CroniumError(
      'payload/limit',
      `Cannot look for "${this.#selection.pattern}" below "${this.#root}": there are more than ${limit} files; name a folder`,
    );
  }
}

/** The path of something in a folder; `.` is the root. */
export function joinPath(folder: string, name: string): string {
  return folder === '.' ? name : `${folder}/${name}`;
}

function isInside(path: string, folder: string): boolean {
  return folder === '.' || path === folder || path.startsWith(`${folder}/`);
}
