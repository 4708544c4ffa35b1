import type { InventoryItem } from '../../../app/cronium.ts';
import { byteSize } from '../../../base/byte-size.ts';

const NAMES: Readonly<Record<InventoryItem['kind'], readonly [one: string, many: string]>> = {
  runner: ['runner', 'runners'],
  payload: ['payload', 'payloads'],
  job: ['job with its log', 'jobs with their logs'],
  other: ['other file', 'other files'],
};

/** What items are, by kind and with their sizes: `2 runners (5.2 MiB), 1 payload (3 KiB)`. Empty for none. */
export function describeItems(items: readonly InventoryItem[]): string {
  const kinds = Object.keys(NAMES) as InventoryItem['kind'][];
  return kinds
    .flatMap((kind) => {
      const some = items.filter((item) => item.kind === kind);
      const [one, many] = NAMES[kind];
      const size = byteSize(some.reduce((sum, { bytes }) => sum + bytes, 0));
      return some.length === 0 ? [] : [`${some.length} ${some.length === 1 ? one : many} (${size})`];
    })
    .join(', ');
}
