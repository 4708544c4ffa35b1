/** The texts that a source file hands to `l10n.t`. Throws for one that is not a literal. */
export declare function textsOf(source: string, file: string): readonly string[];
/** What `l10n/bundle.l10n.json` holds: each text of the extension's code under itself. */
export declare function bundle(): Promise<Readonly<Record<string, string>>>;
