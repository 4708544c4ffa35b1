import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type Mocha from 'mocha';

/** What the suite tells the process that has opened the window. */
export interface Report {
  readonly failures: number;
  readonly results: readonly { readonly title: string; readonly error?: string }[];
}

/** Runs the tests that `define` declares and leaves a report where the environment says; a failure rejects. */
export async function runSuite(define: () => void): Promise<void> {
  // By its path: the host loads the suite from a folder that has no packages beside it.
  const loaded = createRequire(__filename)(process.env.CRONIUM_TEST_MOCHA ?? 'mocha');
  const mocha: Mocha = new (loaded.default ?? loaded)({ ui: 'bdd', timeout: 60_000, reporter: 'min' });
  mocha.suite.emit('pre-require', globalThis, '', mocha);
  define();
  const results: { title: string; error?: string }[] = [];
  const failures = await new Promise<number>((resolve) => {
    const runner = mocha.run(resolve);
    runner.on('pass', (test) => results.push({ title: test.fullTitle() }));
    runner.on('fail', (test, error) => results.push({ title: test.fullTitle(), error: error.stack ?? String(error) }));
  });
  const report: Report = { failures, results };
  const file = process.env.CRONIUM_TEST_REPORT;
  if (file !== undefined) writeFileSync(file, JSON.stringify(report));
  if (failures > 0) throw new Error(`${failures} tests failed`);
}
