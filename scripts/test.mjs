// The whole test matrix: the check, the bundles, then the real servers and the real editor.
import { run } from './run.mjs';

await run('check', process.execPath, ['scripts/check.mjs']);
await run('build', process.execPath, ['scripts/build.mjs']);
await run('against real servers', 'node_modules/.bin/vitest', ['run', '--project', 'e2e']);
