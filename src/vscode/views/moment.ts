import { formatDuration } from '../../base/duration.ts';
import type { Row } from './row.ts';

/** When something was, for a list: the time of day, with the date when it was not today. */
export function describeMoment(at: number, now: number): string {
  const [when, today] = [new Date(at), new Date(now)];
  const time = when.toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' });
  if (when.toDateString() === today.toDateString()) return time;
  const year = when.getFullYear() === today.getFullYear() ? {} : { year: 'numeric' as const };
  return `${when.toLocaleDateString(undefined, { day: 'numeric', month: 'short', ...year })}, ${time}`;
}

/** How long something goes on already, in whole seconds: a count that is read while it changes. */
export function describeElapsed(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  return seconds < 60 ? `${seconds} s` : formatDuration(seconds * 1_000);
}

/** A row's description as it is now: of what goes on, with how long it does. */
export function describeRow(
  { description, since, afterCount }: Pick<Row, 'description' | 'since' | 'afterCount'>,
  now: number,
): string | undefined {
  if (since === undefined) return description;
  return [description, describeElapsed(now - since), afterCount].filter((part) => part !== undefined).join(' · ');
}
