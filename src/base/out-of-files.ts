/** Says whether an error, or what caused it, is that no file can be opened any more: passes as soon as another one is closed. */
export function isOutOfFiles(error: unknown): boolean {
  for (let found = error; found instanceof Error; found = found.cause) {
    if ('code' in found && (found.code === 'EMFILE' || found.code === 'ENFILE')) return true;
  }
  return false;
}
