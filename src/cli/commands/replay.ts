import { readGivenSecrets } from '../given-secrets.ts';
import { Interrupt } from '../interrupt.ts';
import type { Shell } from '../shell.ts';
import { startPlan } from '../start-plan.ts';

export interface ReplayOptions {
  readonly on: readonly string[];
  readonly secretFd: readonly string[];
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** `cronium replay <run>`: runs the very payload of then with its arguments and input; secrets are asked for again. */
export async function replayCommand(id: string, options: ReplayOptions, shell: Shell): Promise<number> {
  using interrupt = new Interrupt((line) => void shell.err.write(`${line}\n`));
  const servers = options.on.flatMap((names) => names.split(',')).map((name) => name.trim());
  const plan = await shell.cronium().planReplay(id, {
    ...(servers.length > 0 ? { servers } : {}),
    secrets: readGivenSecrets(options.secretFd),
    trigger: 'terminal',
    signal: AbortSignal.any([interrupt.cancel, interrupt.left]),
  });
  return await startPlan(plan, options, { shell, interrupt });
}
