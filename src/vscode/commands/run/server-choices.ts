import { isObject } from '../../memory.ts';

/** The servers that were last chosen for scripts, the latest first. */
export type ServerChoices = readonly ServerChoice[];

export interface ServerChoice {
  /** The event's key. */
  readonly script: string;
  readonly servers: readonly string[];
}

/** Scripts whose choice is remembered: more than a person works on in one workspace. */
const MAX_CHOICES = 100;

/** The choices that were kept; another version may have written something else there. */
export function readChoices(kept: unknown): ServerChoices {
  return Array.isArray(kept) ? kept.filter(isChoice) : [];
}

/** The servers to offer for a script: its own last choice, else the last of any script. */
export function findChoice(choices: ServerChoices, script: string): readonly string[] | undefined {
  return (choices.find((choice) => choice.script === script) ?? choices[0])?.servers;
}

/** The choices with a new one in front. */
export function withChoice(choices: ServerChoices, choice: ServerChoice): ServerChoices {
  return [choice, ...choices.filter(({ script }) => script !== choice.script)].slice(0, MAX_CHOICES);
}

function isChoice(value: unknown): value is ServerChoice {
  if (!isObject(value) || typeof value.script !== 'string') return false;
  return Array.isArray(value.servers) && value.servers.every((one) => typeof one === 'string');
}
