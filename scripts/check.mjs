// Everything but the slow suites: format, lint, types, unit tests, Go, the runner's size.
import { lanes } from './run.mjs';

const STATICCHECK = 'honnef.co/go/tools/cmd/staticcheck@v0.8.2';
const bin = (name) => `node_modules/.bin/${name}`;
const go = (title, ...args) => ({ title, command: 'go', args, cwd: 'runner' });

await lanes([
  [
    { title: 'format and lint', command: bin('biome'), args: ['check', '--error-on-warnings', '.'] },
    { title: 'types', command: bin('tsc'), args: ['--noEmit'] },
    { title: 'unit tests', command: bin('vitest'), args: ['run', '--project', 'unit', '--project', 'node-sqlite'] },
  ],
  [
    {
      title: 'gofmt',
      command: 'sh',
      args: ['-c', 'found=$(gofmt -l .); [ -z "$found" ] || { echo "Not formatted: $found"; exit 1; }'],
      cwd: 'runner',
    },
    go('go vet', 'vet', './...'),
    { title: 'go vet for macOS', command: 'env', args: ['GOOS=darwin', 'go', 'vet', './...'], cwd: 'runner' },
    go('go test', 'test', './...'),
    // With what other systems than Linux have to do with.
    go('go test, portable', 'test', '-tags', 'portable', '.', './internal/dir', './internal/ctl', './internal/tree'),
    { title: 'runner size', command: process.execPath, args: ['scripts/build-runner.mjs', '--check-size'] },
    go('staticcheck', 'run', STATICCHECK, './...'),
  ],
]);
