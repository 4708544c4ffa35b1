import { readFileSync } from 'node:fs';
import { CroniumError, sentence } from '../domain/errors.ts';

/** Secrets that come through file descriptors, `NAME=3`: no command line, environment or file has them. */
export function readGivenSecrets(pairs: readonly string[]): Record<string, string> {
  const secrets: Record<string, string> = {};
  for (const pair of pairs) {
    const [, name = '', descriptor = ''] = /^([A-Za-z_][A-Za-z0-9_]*)=(\d{1,4})$/.exec(pair) ?? [];
    if (name === '') {
      throw new CroniumError(
        'usage',
        `Cannot use --secret-fd "${pair}": write NAME=3, with the number of an open file`,
      );
    }
    secrets[name] = readDescriptor(name, Number(descriptor));
  }
  return secrets;
}

/** All of it, without the line feed that most tools put at the end. */
function readDescriptor(name: string, descriptor: number): string {
  try {
    return readFileSync(descriptor, 'utf8').replace(/\r?\n$/, '');
  } catch (cause) {
    const found = `the file descriptor ${descriptor} cannot be read: ${sentence(cause)}`;
    throw new CroniumError('usage', `Cannot take the secret ${name}: ${found}`, { cause });
  }
}
