import {
  EventEmitter,
  type FileChangeEvent,
  type FileStat,
  FileSystemError,
  type FileSystemProvider,
  FileType,
  type Uri,
} from 'vscode';

/** A virtual file system of some files, by their addresses; nothing can be searched in it. */
export class MemoryFs implements FileSystemProvider {
  readonly onDidChangeFile = new EventEmitter<FileChangeEvent[]>().event;
  readonly #files = new Map<string, Uint8Array>();

  put(uri: Uri, text: string): void {
    this.#files.set(uri.toString(), Buffer.from(text));
  }

  watch(): { dispose(): void } {
    return { dispose: () => {} };
  }

  stat(uri: Uri): FileStat {
    const file = this.#files.get(uri.toString());
    if (file) return { type: FileType.File, ctime: 0, mtime: 0, size: file.length };
    if (this.readDirectory(uri).length > 0) return { type: FileType.Directory, ctime: 0, mtime: 0, size: 0 };
    throw FileSystemError.FileNotFound(uri);
  }

  readDirectory(uri: Uri): [string, FileType][] {
    const start = `${uri.toString().replace(/\/$/, '')}/`;
    const below = [...this.#files.keys()]
      .filter((file) => file.startsWith(start))
      .map((file) => file.slice(start.length));
    const names = new Map(below.map((path) => [path.split('/')[0] ?? '', path.includes('/')]));
    return [...names].map(([name, isFolder]) => [
      decodeURIComponent(name),
      isFolder ? FileType.Directory : FileType.File,
    ]);
  }

  readFile(uri: Uri): Uint8Array {
    const file = this.#files.get(uri.toString());
    if (!file) throw FileSystemError.FileNotFound(uri);
    return file;
  }

  writeFile(uri: Uri, content: Uint8Array): void {
    this.#files.set(uri.toString(), content);
  }

  createDirectory(): void {}

  delete(uri: Uri): void {
    this.#files.delete(uri.toString());
  }

  rename(from: Uri, to: Uri): void {
    this.writeFile(to, this.readFile(from));
    this.delete(from);
  }
}
