/** Ends the processes that name a folder in their arguments or their environment, and gives their command lines. */
export declare function endLeftover(folder: string): Promise<readonly string[]>;
