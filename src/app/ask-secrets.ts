import { CroniumError } from '../domain/errors.ts';
import type { Prompts } from '../transport/transport.ts';

export interface SecretsDeps {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly prompts: Prompts;
}

/** The values of an event's secrets: from the environment of the same name, else asked for, never echoed, never stored. */
export async function askSecrets(
  event: { readonly id: string; readonly name: string; readonly secrets: readonly string[] },
  deps: SecretsDeps,
  { signal }: { readonly signal: AbortSignal },
): Promise<Record<string, string>> {
  const secrets: Record<string, string> = {};
  for (const name of event.secrets) {
    const subject = `secret ${event.id} ${name}`;
    const value =
      deps.env[name] ?? (await deps.prompts.askSecret?.(`Secret ${name} of "${event.name}"`, { subject, signal }));
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
