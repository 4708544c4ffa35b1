import { assertTrusted } from '../../host/trust.ts';
import type { Row } from '../../views/row.ts';
import { runEach } from './run-each.ts';
import { type RunDeps, runScript } from './run-script.ts';
import { sourcesOf } from './sources.ts';

/** "Run Active Script Here": the open script, on the selected servers of the tree, as one run. */
export async function runHere(rows: readonly Row[], deps: RunDeps): Promise<void> {
  assertTrusted();
  const servers = rows.flatMap(({ target }) => (target?.kind === 'server' ? [target.name] : []));
  if (servers.length === 0) return;
  await runEach(sourcesOf(undefined, undefined), async (read) => {
    return await runScript(await read(), { kind: 'named', servers }, deps);
  });
}
