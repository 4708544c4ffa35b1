import { byteSize } from '../base/byte-size.ts';
import { CroniumError } from '../domain/errors.ts';

/** Less than half of what the runner unpacks, and minutes of upload on a slow line: more belongs on the server already. */
export const MAX_TOTAL_BYTES = 209_715_200;

/** An upload that a person notices. */
const LARGE_TOTAL_BYTES = 20_971_520;

/** So many that the culprit is among them. */
const NAMED_FILES = 5;

/** Notes a large payload and refuses one that is too large, by the sizes of its files. */
export function noteSize(parts: readonly { readonly name: string; readonly size: number }[], root: string): string[] {
  const total = parts.reduce((sum, { size }) => sum + size, 0);
  if (total <= LARGE_TOTAL_BYTES) return [];
  const largest = [...parts].sort((one, other) => other.size - one.size).slice(0, NAMED_FILES);
  const named = `the largest files are ${largest.map(({ name, size }) => `${name} (${byteSize(size)})`).join(', ')}`;
  if (total <= MAX_TOTAL_BYTES) {
    return [`The payload holds ${byteSize(total)}: ${named}; .croniumignore can keep files here`];
  }
  throw new CroniumError(
    'payload/limit',
    `Cannot pack ${byteSize(total)} of "${root}": at most ${byteSize(MAX_TOTAL_BYTES)} may go along; ${named}`,
  );
}
