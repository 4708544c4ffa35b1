/** The text of `docs/reference.md`, from what `package.json` and `package.nls.json` hold. */
export declare function referenceText(manifest: unknown, words: unknown): string;
