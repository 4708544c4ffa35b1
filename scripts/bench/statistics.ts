/** The middle one; of two in the middle, their mean. Not a number for none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  const [low, high] = [sorted[middle - 1], sorted[middle]];
  if (high === undefined) return Number.NaN;
  return sorted.length % 2 === 1 || low === undefined ? high : (low + high) / 2;
}

/** The straight line through the points that misses them least. */
export function fitLine(points: readonly (readonly [x: number, y: number])[]): { slope: number; intercept: number } {
  const mean = (values: readonly number[]): number => values.reduce((sum, each) => sum + each, 0) / values.length;
  const x = mean(points.map(([each]) => each));
  const y = mean(points.map(([, each]) => each));
  const rise = points.reduce((sum, [px, py]) => sum + (px - x) * (py - y), 0);
  const run = points.reduce((sum, [px]) => sum + (px - x) ** 2, 0);
  return { slope: rise / run, intercept: y - (rise / run) * x };
}
