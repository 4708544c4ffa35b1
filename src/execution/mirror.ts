/**
 * The client's byte-for-byte copy of a job's spool. Only a valid prefix is ever kept: a torn tail is cut off when it is opened.
 * Writing the same bytes to the same offsets twice is harmless, so two owners by accident do no damage.
 */
export interface Mirror {
  /** Offset of the first byte that is missing: where to attach. */
  readonly end: number;
  /** Writes whole records at `offset`; an offset beyond `end` leaves a hole (segments that the server dropped). */
  write(offset: number, bytes: Uint8Array): void;
  /** Everything written so far is on disk when it resolves; only then may it be acknowledged. */
  sync(): Promise<void>;
  close(): void;
}
