import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

const FOLDER = resolve(import.meta.dirname, '../../.cache/bench');

/** The program of a C source of this folder, compiled again when that has changed. Needs a C compiler. */
export function compiled(name: string): string {
  const source = join(import.meta.dirname, `${name}.c`);
  const program = join(FOLDER, name);
  if (!existsSync(program) || statSync(program).mtimeMs < statSync(source).mtimeMs) {
    mkdirSync(FOLDER, { recursive: true });
    execFileSync('cc', ['-O2', '-pthread', '-o', program, source]);
  }
  return program;
}
