// Opens the store in argv[2] and says "open", or the code and the message of what is wrong.
import { CroniumError } from '../../../../src/domain/errors.ts';
import { openStore } from '../../../../src/store/store.ts';

try {
  using store = openStore(process.argv[2] ?? '');
  process.stdout.write(`open ${store.runs.newest(1).length}\n`);
} catch (error) {
  process.stdout.write(error instanceof CroniumError ? `${error.code} ${error.message}\n` : `${error}\n`);
}
