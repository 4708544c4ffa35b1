import { outputText } from './output.ts';
import type { Stage } from './stage.ts';
import { until } from './until.ts';

/** Waits until all of the texts stand in the output channel of an event. */
export async function untilPrinted(stage: Stage, event: string, texts: readonly string[]): Promise<void> {
  await until(
    `${texts.join(', ')} in the output of ${event}`,
    () => texts.every((text) => printed(stage, event).includes(text)) || undefined,
  );
}

/** What the output channel of an event holds; its file has no colon in its name. */
export function printed({ server }: Stage, event: string): string {
  return outputText(server, `Cronium ${event}`);
}

/** Waits until a screen reader would say something like this of a row. */
export async function untilRow({ workbench }: Stage, view: string, pattern: RegExp): Promise<void> {
  await until(
    `a row like ${pattern} in ${view}`,
    async () => (await workbench.rows({ view })).some((row) => pattern.test(row)) || undefined,
  );
}

/** Waits until the editor in sight shows something like this. */
export async function untilDrawn({ workbench }: Stage, pattern: RegExp): Promise<void> {
  await until(
    `${pattern} in the editor`,
    async () => pattern.test((await workbench.drawnLines('editor')).join('\n')) || undefined,
  );
}
