import { displayable } from '../../base/display.ts';
import type { ScriptFile } from '../../domain/event.ts';
import { shortId } from '../../domain/id.ts';
import type { GitState } from '../../domain/run.ts';
import type { Server } from '../../domain/server.ts';

/** A run as those need it who show its lines: a plan of a run and its record are ones. */
export interface RunHeading {
  readonly id: string;
  readonly eventId: string;
  readonly eventName: string;
  readonly script?: ScriptFile;
  readonly git?: GitState;
  /** Milliseconds since 1970; absent: it begins now. */
  readonly startedAt?: number;
  readonly jobs: readonly { readonly server: Server }[];
}

/** Servers that a heading names. */
const NAMED_SERVERS = 6;

/** What a run is called in its text. */
export function runTitle({ eventName, id }: Pick<RunHeading, 'eventName' | 'id'>): string {
  return `${displayable(eventName)} · run ${shortId(id)}`;
}

/** The line over the lines of a run: what ran, when, where, from which commit. */
export function headingLine(run: RunHeading, { when }: { readonly when?: string } = {}): string {
  const names = namesOf(run.jobs.map(({ server }) => server.name));
  const parts = [runTitle(run), ...(when === undefined ? [] : [when]), names];
  if (run.git) parts.push(describeGit(run.git));
  return `── ${parts.join(' · ')} ──\n`;
}

/** The commit of a script as a person writes it, and whether more than the commit was packed. */
export function describeGit({ commit, isDirty }: GitState): string {
  return `commit ${commit.slice(0, 10)}${isDirty ? ' with changes' : ''}`;
}

function namesOf(servers: readonly string[]): string {
  const more = servers.length - NAMED_SERVERS;
  const named = displayable(servers.slice(0, NAMED_SERVERS).join(', '));
  return more > 0 ? `${named} and ${more} more` : named;
}
