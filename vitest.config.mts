import { defineConfig } from 'vitest/config';

if (Number(process.versions.node.split('.')[0]) < 22) {
  throw new Error(
    `The tests need Node 22 or later, this is ${process.versions.node}: start them through npm ("npm test")`,
  );
}

/** Ends what hangs, and nothing else: a test may wait for a disk or a core that others keep busy. */
const PATIENCE = { testTimeout: 90_000, hookTimeout: 90_000, expect: { poll: { timeout: 30_000 } } };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...PATIENCE,
          name: 'unit',
          // No module keeps state, so that files can share a worker: half the time.
          isolate: false,
          include: ['test/unit/**/*.test.ts', 'test/contract/**/*.test.ts', 'test/architecture.test.ts'],
        },
      },
      {
        // The store again, over the SQLite that stands in where the first choice cannot be loaded.
        test: {
          ...PATIENCE,
          name: 'node-sqlite',
          include: ['test/unit/store/**/*.test.ts'],
          env: { CRONIUM_SQLITE: 'node' },
        },
      },
      {
        test: {
          ...PATIENCE,
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          // Two cores carry the clients and the servers: one file at a time keeps the servers' answers prompt.
          fileParallelism: false,
        },
      },
      {
        test: {
          ...PATIENCE,
          name: 'faults',
          include: ['test/faults/**/*.test.ts'],
          // Most of it is waiting for deadlines, so more files at once than cores.
          maxWorkers: 4,
          // What a client keeps is told from garbage: see hostile/held.ts.
          execArgv: ['--expose-gc'],
        },
      },
    ],
  },
});
