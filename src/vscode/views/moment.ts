/** When something was, for a list: the time of day, with the date when it was not today. */
export function describeMoment(at: number, now: number): string {
  const [when, today] = [new Date(at), new Date(now)];
  const time = when.toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' });
  if (when.toDateString() === today.toDateString()) return time;
  const year = when.getFullYear() === today.getFullYear() ? {} : { year: 'numeric' as const };
  return `${when.toLocaleDateString(undefined, { day: 'numeric', month: 'short', ...year })}, ${time}`;
}
