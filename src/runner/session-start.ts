import type { Attachment } from './attachment.ts';
import type { JobState } from './message.ts';
import type { Session } from './session.ts';
import type { Tunnel } from './tunnel.ts';

/** A `start` that is under way. */
export interface StartHandle {
  /** `need`: the server has no such payload; `put` it and the runner starts by itself. Rejects with what the runner refused. */
  readonly answer: Promise<'started' | 'need'>;
  /** Once the payload was put: the answer behind that. `need` again where it was removed before the script could begin. */
  answerToPut(): Promise<'started' | 'need'>;
  /** The job's state as soon as it is started (or was known). */
  readonly started: Promise<JobState>;
  /** The job's log from its beginning. */
  readonly attachment: Attachment;
}

/** What a session is opened with. */
export interface SessionOptions {
  readonly server: string;
  /** Smaller numbers were used in what was sent ahead. */
  readonly firstStream: number;
  /** Absent: nobody answers what scripts ask. */
  readonly helpers?: SessionHelpers;
}

/** Answers what scripts ask, for every job to which a session is attached. Neither may throw. */
export interface SessionHelpers {
  serve(tunnel: Tunnel, session: Session): void;
  /** The job's scripts may come through this session from now on. */
  attached(job: string, session: Session): void;
}
