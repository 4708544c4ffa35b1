import { defineConfig } from 'vitest/config';

if (Number(process.versions.node.split('.')[0]) < 22) {
  throw new Error(
    `The tests need Node 22 or later, this is ${process.versions.node}: start them through npm ("npm test")`,
  );
}

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          // No module keeps state, so that files can share a worker: half the time.
          isolate: false,
          include: ['test/unit/**/*.test.ts', 'test/contract/**/*.test.ts', 'test/architecture.test.ts'],
        },
      },
      {
        // The store again, over the SQLite that stands in where the first choice cannot be loaded.
        test: {
          name: 'node-sqlite',
          include: ['test/unit/store/**/*.test.ts'],
          env: { CRONIUM_SQLITE: 'node' },
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 90_000,
          hookTimeout: 90_000,
          // Two cores carry the clients and the servers: one file at a time keeps the servers' answers prompt.
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'faults',
          include: ['test/faults/**/*.test.ts'],
          // Most of it is waiting for deadlines, so more files at once than cores.
          maxWorkers: 4,
          // What a client keeps is told from garbage: see hostile/held.ts.
          execArgv: ['--expose-gc'],
          hookTimeout: 90_000,
        },
      },
    ],
  },
});
