import { assertTrusted } from '../../host/trust.ts';
import { runEach } from './run-each.ts';
import { type RunDeps, runScript } from './run-script.ts';
import type { Source } from './sources.ts';

/** "Run Active Script", "Run Event": on the servers that the event names; asked when it names none. */
export async function runSources(sources: readonly Source[], deps: RunDeps): Promise<void> {
  assertTrusted();
  await runEach(sources, async (read) => await runScript(await read(), { kind: 'event' }, deps));
}

/** "Run on Servers…": on servers that the person picks. */
export async function runSourcesOn(sources: readonly Source[], deps: RunDeps): Promise<void> {
  assertTrusted();
  await runEach(sources, async (read) => await runScript(await read(), { kind: 'ask' }, deps));
}
