/** Text of a server as it may stand in a message: one line, no control or direction characters, at most `limit` long. */
export function printable(text: string, options: { readonly limit: number }): string {
  const clean = text
    // Escape sequences first, so that their visible tail does not stay behind.
    .replace(/\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])/g, '')
    .replace(/[\s\u2028\u2029]+/g, ' ')
    .replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/gu, '')
    .trim();
  return clean.length <= options.limit ? clean : `${clean.slice(0, options.limit - 1)}…`;
}
