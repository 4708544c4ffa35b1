import { MEMORY_KEYS } from '../../contributions.ts';
import { isObject, type Memory, readObject, withEntry } from '../../memory.ts';
import type { PlanRequest } from './plan-script.ts';

/** What a person gave to one run, and what a rerun of it takes again. */
export type RunRequest = Pick<PlanRequest, 'args' | 'inputs'>;

/** Runs whose request is remembered: a rerun of an older one takes what its event says. */
const MAX_REQUESTS = 100;

export function findRequest(memory: Memory, run: string): RunRequest {
  const kept = readObject(memory, MEMORY_KEYS.runRequests);
  const request = Object.hasOwn(kept, run) ? kept[run] : undefined;
  if (!isObject(request)) return {};
  const { args, inputs } = request;
  return {
    ...(Array.isArray(args) ? { args: args.filter(isText) } : {}),
    ...(isObject(inputs) ? { inputs: texts(inputs) } : {}),
  };
}

/** A run for which nothing was given needs no place. */
export async function rememberRequest(memory: Memory, run: string, { args, inputs }: RunRequest): Promise<void> {
  const isEmpty = args === undefined && (inputs === undefined || Object.keys(inputs).length === 0);
  if (isEmpty) return;
  const request = { ...(args ? { args } : {}), ...(inputs ? { inputs } : {}) };
  const kept = readObject(memory, MEMORY_KEYS.runRequests);
  await memory.update(MEMORY_KEYS.runRequests, withEntry(kept, [run, request], MAX_REQUESTS));
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function texts(values: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter((entry): entry is [string, string] => isText(entry[1])));
}
