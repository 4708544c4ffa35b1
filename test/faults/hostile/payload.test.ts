import { fault } from '../fault.ts';
import { goTest } from '../lab/go-test.ts';

fault(
  'T18',
  'a payload that would break out is refused, whatever it is made of',
  async () => {
    await goTest('./internal/payload', {
      run: '^(TestHostileArchives|TestHarmlessArchives|TestExtractRefuses|FuzzArchive)$',
    });
  },
  { timeoutMs: 300_000 },
);
