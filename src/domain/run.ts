import type { Json, OnDisconnect, Overlap, ScriptFile } from './event.ts';
import type { JobPhase } from './job.ts';
import type { JobOutcome } from './outcome.ts';
import type { Payload } from './payload.ts';
import type { Server } from './server.ts';

/** What began a run: a person in the editor, a save, a task, a command in a terminal. */
export type RunTrigger = 'person' | 'save' | 'task' | 'terminal';

/** The repository of a script when its run was planned. */
export interface GitState {
  /** 40 or 64 lower-case hex digits. */
  readonly commit: string;
  /** What was packed is not what the commit has. */
  readonly isDirty: boolean;
}

/** What a run will do; made by planning, nothing has happened yet. */
export interface RunPlan {
  /** 32 lower-case hex digits. */
  readonly id: string;
  readonly eventId: string;
  readonly eventName: string;
  readonly script: ScriptFile;
  readonly trigger: RunTrigger;
  readonly overlap: Overlap;
  /** Absent: the script is in no repository. */
  readonly git?: GitState;
  /** The run whose payload and arguments this one repeats. */
  readonly replayOf?: string;
  readonly payload: Payload;
  readonly jobs: readonly JobPlan[];
  /** How many jobs at once. */
  readonly parallel: number;
  /** No further job begins when so many have failed; absent: all do. */
  readonly maxFailures?: number;
  readonly retries: number;
  readonly spec: StartSpec;
}

export interface JobPlan {
  /** 32 lower-case hex digits. */
  readonly id: string;
  readonly server: Server;
  /** In place of the plan's, where they name the server (`${server.name}`). */
  readonly own?: Pick<StartSpec, 'args' | 'env'>;
}

/** What belongs to this run and not to the payload; travels in `start`. */
export interface StartSpec {
  /** Replaces the manifest's arguments when present. */
  readonly args?: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly graceMs: number;
  readonly onDisconnect: OnDisconnect;
  readonly input?: Json;
  /** Absent: each is handed out once, to who asks for it. */
  readonly secretsAs?: 'environment';
  /** The script has the helper API's address and a token. */
  readonly api?: true;
  /** Never stored, never printed. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** What repeats a run: all of its plan but the values of secrets. */
export interface ReplaySpec extends Omit<StartSpec, 'secrets'> {
  /** Their names. */
  readonly secrets: readonly string[];
  readonly overlap: Overlap;
  readonly parallel: number;
  readonly maxFailures?: number;
  readonly retries: number;
}

export type RunStatus = 'running' | 'success' | 'partial' | 'failed' | 'cancelled';

/** The status of a run, from its jobs' outcomes (`undefined`: not yet). All succeeded is success, some is partial, all cancelled is cancelled. */
export function runStatus(outcomes: readonly (JobOutcome | undefined)[]): RunStatus {
  if (outcomes.some((outcome) => outcome === undefined)) return 'running';
  const succeeded = outcomes.filter((outcome) => outcome?.kind === 'succeeded').length;
  if (succeeded === outcomes.length) return 'success';
  if (succeeded > 0) return 'partial';
  return outcomes.every((outcome) => outcome?.kind === 'cancelled') ? 'cancelled' : 'failed';
}

/** A run as the store knows it. Times are milliseconds since 1970. */
export interface RunRecord {
  readonly id: string;
  readonly eventId: string;
  readonly eventName: string;
  /** Absent: written by a version that did not keep it. */
  readonly script?: ScriptFile;
  readonly trigger: RunTrigger;
  readonly git?: GitState;
  readonly replayOf?: string;
  readonly payloadSha256: string;
  readonly scriptSha256: string;
  readonly startedAt: number;
  readonly jobs: readonly JobRecord[];
}

export interface JobRecord {
  readonly id: string;
  readonly runId: string;
  readonly server: Server;
  readonly phase: JobPhase;
  /** When the phase began. */
  readonly phaseAt: number;
  readonly startedAt?: number;
  readonly endedAt?: number;
  readonly outcome?: JobOutcome;
  /** The user asked for a cancel that the server has not confirmed yet. */
  readonly cancelRequested: boolean;
}
