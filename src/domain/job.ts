/** Where a job stands while it has no outcome. */
export type JobPhase =
  | 'queued'
  | 'connecting'
  | 'deploying'
  | 'uploading'
  /** `start` was sent and its answer is not here: the script may or may not run. Resolved by asking for the same id. */
  | 'starting'
  | 'running'
  /** Running as far as we know; nobody is attached. */
  | 'detached'
  | 'draining';
