import type { Json, ScriptEvent } from '../domain/event.ts';
import type { JobPlan, StartSpec } from '../domain/run.ts';
import type { Server } from '../domain/server.ts';
import { substitute, usesServerName, type Variables } from '../domain/substitution.ts';
import type { PlanOptions } from './cronium.ts';

/** What an event says with `${…}`, as it is in one run. */
export interface ResolvedValues {
  readonly cwd?: string;
  readonly input?: Json;
  /** For all servers; what differs from server to server is not in it. */
  readonly common: Pick<StartSpec, 'args' | 'env'>;
  /** In place of `common` on this server; undefined: nothing differs. */
  own(server: Server): JobPlan['own'];
}

/**
 * Puts values in the place of the variables in an event's fields. What the person gives for this run alone is taken as it is.
 * Throws `CroniumError` `event/variable` for a variable that has no value, also for one that differs from server to server.
 */
export function resolveValues(
  event: ScriptEvent,
  options: PlanOptions,
  host: { readonly env: Readonly<Record<string, string | undefined>>; readonly homeDir: string },
): ResolvedValues {
  const variables: Variables = {
    script: event.script,
    folders: options.folders,
    homeDir: host.homeDir,
    env: host.env,
    inputs: event.inputs,
    answers: options.inputs,
    config: options.config,
  };
  const cwd = event.cwd === undefined ? undefined : substitute(event.cwd, 'cwd', variables);
  const input = options.input ?? (event.input === undefined ? undefined : substitute(event.input, 'input', variables));
  const hasOwnArgs = options.args === undefined && usesServerName(event.args);
  const ownNames = Object.keys(event.env).filter((name) => usesServerName(event.env[name] ?? ''));
  const argsOn = (within: Variables): Pick<StartSpec, 'args'> => {
    if (options.args) return { args: options.args };
    const args = substitute(event.args, 'args', within);
    // The manifest has them as they are written.
    return isSame(args, event.args) ? {} : { args };
  };
  const envOn = (within: Variables, names: readonly string[]): Record<string, string> => {
    const env: Record<string, string> = {};
    for (const name of names) {
      const written = event.env[name] ?? '';
      const value = substitute(written, `env.${name}`, within);
      if (value !== written) env[name] = value;
    }
    return env;
  };
  const commonNames = Object.keys(event.env).filter((name) => !ownNames.includes(name));
  const commonEnv = envOn(variables, commonNames);
  return {
    ...(cwd === undefined ? {} : { cwd }),
    ...(input === undefined ? {} : { input }),
    common: { ...(hasOwnArgs ? {} : argsOn(variables)), env: { ...commonEnv, ...options.env } },
    own: (server) => {
      if (!hasOwnArgs && ownNames.length === 0) return undefined;
      const within = { ...variables, server };
      return { ...argsOn(within), env: { ...commonEnv, ...envOn(within, ownNames), ...options.env } };
    },
  };
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.every((text, index) => text === other[index]);
}
