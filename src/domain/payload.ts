/** An event packed: a reproducible `tar.gz` in the cache, named by its SHA-256. */
export interface Payload {
  /** 64 lower-case hex digits. */
  readonly sha256: string;
  /** Bytes of the archive. */
  readonly size: number;
  /** Absolute path of the archive in the cache. */
  readonly file: string;
  /** SHA-256 of the script as packed. */
  readonly scriptSha256: string;
  /** What a person should know of the packing, a sentence each: files left out, line ends changed. */
  readonly notes: readonly string[];
}
