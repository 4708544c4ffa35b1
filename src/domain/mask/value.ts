import type { Json } from '../event.ts';
import type { Mask } from './mask.ts';

/** The length in bytes from which on a text within a secret document is masked by itself. */
const MIN_PART_BYTES = 8;

/** A value without what is secret in it: texts, names and numbers are looked at each by itself; a number that is secret becomes a text. */
export function maskValue(value: Json, mask: Mask): Json {
  if (!mask.patterns) return value;
  const masked = maskParts(value, mask);
  // A secret that is a document itself.
  const whole = JSON.stringify(masked);
  return mask.text(whole) === whole ? masked : '***';
}

/** What is to be masked of a secret value: a text as it stands, of a document its texts and all of it. */
export function secretParts(value: Json): string[] {
  if (typeof value === 'string') return [value];
  return [...textsOf(value)].filter((text) => Buffer.byteLength(text) >= MIN_PART_BYTES).concat(JSON.stringify(value));
}

function maskParts(value: Json, mask: Mask): Json {
  if (typeof value === 'string') return mask.text(value);
  if (Array.isArray(value)) return value.map((item: Json) => maskParts(item, mask));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => [mask.text(name), maskParts(member as Json, mask)]),
    );
  }
  const text = JSON.stringify(value);
  const masked = mask.text(text);
  return masked === text ? value : masked;
}

function* textsOf(value: Json): Generator<string> {
  if (typeof value !== 'object' || value === null) {
    yield typeof value === 'string' ? value : JSON.stringify(value);
    return;
  }
  if (!Array.isArray(value)) yield* Object.keys(value);
  for (const member of Object.values(value)) yield* textsOf(member as Json);
}
