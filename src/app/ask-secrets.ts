import { CroniumError } from '../domain/errors.ts';
import type { ScriptFile } from '../domain/event.ts';
import type { Prompts } from '../transport/transport.ts';

export interface SecretsDeps {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly prompts: Prompts;
}

/** Under what a secret of an event is remembered: of this event alone, also among folders. */
export function secretSubject(
  name: string,
  { id, script }: { readonly id: string; readonly script: Pick<ScriptFile, 'root'> },
): string {
  return `secret ${name} of ${id} in ${script.root}`;
}

/**
 * The values of an event's secrets: as given, from the environment of the same name, else asked for, never echoed. Whether an answer is
 * remembered is the shell's business.
 */
export async function askSecrets(
  event: {
    readonly id: string;
    readonly name: string;
    readonly script: Pick<ScriptFile, 'root'>;
    readonly secrets: readonly string[];
  },
  deps: SecretsDeps,
  {
    signal,
    secrets: given = {},
  }: { readonly signal: AbortSignal; readonly secrets?: Readonly<Record<string, string>> },
): Promise<Record<string, string>> {
  const unknown = Object.keys(given).find((name) => !event.secrets.includes(name));
  if (unknown !== undefined) {
    throw new CroniumError('run/secret', `Cannot run "${event.name}": it names no secret ${unknown} under "secrets"`);
  }
  const secrets: Record<string, string> = {};
  for (const name of event.secrets) {
    const subject = secretSubject(name, event);
    const value =
      given[name] ??
      deps.env[name] ??
      (await deps.prompts.askSecret?.(`Secret ${name} of "${event.name}"`, { subject, signal }));
    if (value === undefined) {
      throw new CroniumError(
        'run/secret',
        `Cannot run "${event.name}": its secret ${name} is neither in the environment nor was it given`,
      );
    }
    secrets[name] = value;
  }
  return secrets;
}
