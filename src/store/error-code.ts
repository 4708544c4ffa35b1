/** The code that SQLite or the file system gave an error: `SQLITE_BUSY`, `ENOENT`. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
