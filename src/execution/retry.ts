/** Pauses before the retries of a start: 2 s, 4 s, 8 s and so on, each with a random part so that a fleet does not come back in step. */
export function retryPauseMs(attempt: number, random: () => number): number {
  const full = 2_000 * 2 ** Math.min(attempt, 5);
  return Math.round(full * (0.75 + random() / 2));
}

/** Pause before a reattachment: full jitter between nothing and 0.5 s, doubling up to 30 s. */
export function reattachPauseMs(attempt: number, random: () => number): number {
  return Math.round(Math.min(30_000, 500 * 2 ** Math.min(attempt, 10)) * random());
}
