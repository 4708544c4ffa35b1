const UNITS: ReadonlyMap<string, number> = new Map([
  ['ms', 1],
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);

/** Reads `90s`, `10m`, `1h30m`, `1.5h` or a number of seconds, in milliseconds; undefined when it is none of these. */
export function parseDuration(text: string): number | undefined {
  const trimmed = text.trim();
  if (/^\d+(\.\d+)?$/.test(trimmed)) return whole(Number(trimmed) * 1_000);
  if (!/^(\d+(\.\d+)?\s*(ms|[smhd])\s*)+$/.test(trimmed)) return undefined;
  let ms = 0;
  for (const [, amount, unit = ''] of trimmed.matchAll(/(\d+(?:\.\d+)?)\s*(ms|[smhd])/g)) {
    ms += Number(amount) * (UNITS.get(unit) ?? Number.NaN);
  }
  return whole(ms);
}

/** Writes milliseconds for a reader: `850 ms`, `1.2 s`, `3 m 04 s`, `2 h 05 m`, `3 d 04 h`. */
export function formatDuration(ms: number): string {
  if (ms < 999.5) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 59_950) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 3_600) return pair(seconds, { large: 60, small: 1, units: 'm s' });
  if (seconds < 86_400) return pair(seconds, { large: 3_600, small: 60, units: 'h m' });
  return pair(seconds, { large: 86_400, small: 3_600, units: 'd h' });
}

function pair(
  seconds: number,
  { large, small, units }: { readonly large: number; readonly small: number; readonly units: string },
): string {
  const [first, second] = units.split(' ');
  const rest = Math.floor((seconds % large) / small);
  return `${Math.floor(seconds / large)} ${first} ${String(rest).padStart(2, '0')} ${second}`;
}

function whole(ms: number): number | undefined {
  const rounded = Math.round(ms);
  return Number.isSafeInteger(rounded) ? rounded : undefined;
}
