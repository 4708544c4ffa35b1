import type { Inventory, InventoryItem } from '../../app/cronium.ts';
import { ExitCode } from '../../app/exit-code.ts';
import { byteSize } from '../../base/byte-size.ts';
import { CroniumError } from '../../domain/errors.ts';
import { forEachServer } from '../for-each-server.ts';
import type { Shell } from '../shell.ts';

const NAMES = {
  runner: ['runner', 'runners'],
  payload: ['packed script', 'packed scripts'],
  job: ['run', 'runs'],
  other: ['other file', 'other files'],
} as const;

/** `cronium server clean <servers>`: lists what of ours is there, asks, and removes what no running script needs. */
export async function cleanCommand(
  selectors: readonly string[],
  options: { readonly yes?: boolean },
  shell: Shell,
): Promise<number> {
  const cronium = shell.cronium();
  const servers = await cronium.selectServers(selectors);
  const names = servers.map(({ name }) => name);
  const { askLine } = shell.prompts;
  if (!options.yes) {
    if (!askLine) {
      throw new CroniumError('usage', `Cannot clean ${names.join(', ')}: there is no terminal to ask on; say --yes`);
    }
    const code = await forEachServer(selectors, shell, async (server, { signal }) =>
      describeFound(server.name, await cronium.inventory(server, { signal })),
    );
    if (code !== ExitCode.success) return code;
    const answer = await askLine('Remove it? (y/N)', { signal: new AbortController().signal });
    if (!/^y(es)?$/i.test(answer?.trim() ?? '')) {
      await shell.err.write('Nothing was removed\n');
      return ExitCode.cancelled;
    }
  }
  return await forEachServer(selectors, shell, async (server, { signal }) => {
    const { items, kept } = await cronium.clean(server, { signal });
    const stays = kept.length === 0 ? '' : `; ${describe(kept)} stay`;
    return `${server.name}  removed ${describe(items)}${stays}`;
  });
}

function describeFound(server: string, { base, items }: Inventory): string {
  const used = items.filter(({ isInUse }) => isInUse);
  const stays = used.length === 0 ? '' : `; ${describe(used)} stay, running scripts need them`;
  return `${server}  ${base}: ${describe(items.filter(({ isInUse }) => !isInUse))}${stays}`;
}

/** `2 runners, 14 runs (31 MB)`. */
function describe(items: readonly InventoryItem[]): string {
  if (items.length === 0) return 'nothing';
  const counts = (['runner', 'payload', 'job', 'other'] as const).flatMap((kind) => {
    const count = items.filter((item) => item.kind === kind).length;
    return count === 0 ? [] : [`${count} ${NAMES[kind][count === 1 ? 0 : 1]}`];
  });
  return `${counts.join(', ')} (${byteSize(items.reduce((sum, { bytes }) => sum + bytes, 0))})`;
}
