import type { Json } from '../domain/event.ts';
import { LIMITS } from './limits.ts';

/** Reads a JSON value that a script has sent. Undefined: it is not JSON in UTF-8, or nested deeper than is allowed. */
export function parseValue(bytes: Uint8Array, maxDepth: number = LIMITS.jsonDepth): Json | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return depthOf(text) > maxDepth ? undefined : (JSON.parse(text) as Json);
  } catch {
    // Whatever is wrong with it, the answer is the same.
    return undefined;
  }
}

/** How deep lists and objects are nested in a JSON text, found without building them. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let isText = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (isText) {
      if (character === '\\') at += 1;
      else if (character === '"') isText = false;
    } else if (character === '"') isText = true;
    else if (character === '[' || character === '{') deepest = Math.max(deepest, ++depth);
    else if (character === ']' || character === '}') depth -= 1;
  }
  return deepest;
}

/** The steps of `user.name`, `items[0]`, `a.b[2].c`. Undefined: it is no such path. */
export function parsePath(path: string): readonly (string | number)[] | undefined {
  const steps: (string | number)[] = [];
  const pattern = /(?:^|\.)([^.[\]]+)|\[(\d{1,9})\]/gy;
  while (pattern.lastIndex < path.length) {
    const match = pattern.exec(path);
    if (!match) return undefined;
    steps.push(match[1] ?? Number(match[2]));
  }
  return steps.length > 0 ? steps : undefined;
}

/** What stands at a path of a document. Undefined: nothing does. */
export function pick(document: Json, steps: readonly (string | number)[]): Json | undefined {
  let value: Json | undefined = document;
  for (const step of steps) {
    if (typeof value !== 'object' || value === null) return undefined;
    if (Array.isArray(value) !== (typeof step === 'number') || !Object.hasOwn(value, step)) return undefined;
    value = (value as Readonly<Record<string | number, Json>>)[step];
  }
  return value;
}
