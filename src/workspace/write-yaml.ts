import type { Json } from '../domain/event.ts';

/** Words that YAML takes for something else than a text. */
const NO_TEXT = /^(null|true|false|yes|no|on|off|~|[-+]?[.\d][\d.e+-]*|0x[\da-f]+|0o[0-7]+|[-+]?\.(inf|nan))$/i;

/** A text as a YAML scalar that means the same in brackets and out of them; in quotes where it needs some. */
export function plainScalar(text: string): string {
  const isPlain = /^[\p{L}\p{N}_./~$-][\p{L}\p{N}_./~$@*!?+=%()-]*( [\p{L}\p{N}_./~$@*!?+=%()-]+)*$/u.test(
    text.replaceAll(/:(?=[^\s:])/g, '_'),
  );
  return isPlain && !/^-( |$)|^---/.test(text) && !NO_TEXT.test(text) ? text : JSON.stringify(text);
}

/** Fields of a map as lines of YAML, without indentation in front; lists are written in brackets. */
export function writeFields(fields: Readonly<Record<string, Json | undefined>>): string[] {
  return Object.entries(fields).flatMap(([key, value]) => (value === undefined ? [] : writeField(key, value)));
}

function writeField(key: string, value: Json): string[] {
  if (value === null || typeof value !== 'object') return [`${key}: ${writeScalar(value)}`];
  if (isList(value)) return [`${key}: [${value.map((item) => writeScalar(item)).join(', ')}]`];
  const lines = writeFields(value).map((line) => `  ${line}`);
  return lines.length === 0 ? [`${key}: {}`] : [`${key}:`, ...lines];
}

function writeScalar(value: Json): string {
  return typeof value === 'string' ? plainScalar(value) : JSON.stringify(value);
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
