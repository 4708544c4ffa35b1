import { join } from 'node:path';
import { build } from 'esbuild';
import { acts } from './acts.ts';

/** Bundles each suite for the extension host, which loads CommonJS and brings `vscode`. */
export async function bundleSuites(outdir: string): Promise<void> {
  const files = new Set(acts.flatMap(({ suites }) => suites.map(({ file }) => file)));
  await build({
    entryPoints: Object.fromEntries([...files].map((file) => [file, join(import.meta.dirname, `${file}.ts`)])),
    outdir,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    target: 'node22',
    format: 'cjs',
    external: ['vscode'],
    sourcemap: 'inline',
    logLevel: 'warning',
  });
}
