/**
 * How long each of several texts may be so that none is longer than `each`, and all together, as long as they are now, no longer
 * than `whole`: the short ones keep all of theirs, and the long ones share what that leaves.
 */
export function fairShares(
  sizes: readonly number[],
  { each, whole }: { readonly each: number; readonly whole: number },
): readonly number[] {
  let left = whole;
  const ascending = sizes.map((size, index) => ({ size, index })).toSorted((one, other) => one.size - other.size);
  const shares = sizes.map(() => 0);
  for (const [at, { size, index }] of ascending.entries()) {
    const share = Math.min(each, Math.floor(left / (ascending.length - at)));
    shares[index] = share;
    left -= Math.min(size, share);
  }
  return shares;
}
