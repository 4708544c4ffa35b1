/** Orders texts by their UTF-8 bytes: the same on every machine, whatever its language. */
export function compareBytes(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}
