import type { Json } from '../../../domain/event.ts';
import { isVariableName, type SharedVariable } from '../../../domain/shared-variable.ts';

/** How a value is typed: as a text that is taken as it stands, as JSON, or as a secret that nobody sees. */
export type ValueKind = 'text' | 'json' | 'secret';

/** As scripts are allowed. */
const MAX_VALUE_BYTES = 65_536;

/** How the value of a variable is typed when it is edited. */
export function kindOf({ type, value }: Pick<SharedVariable, 'type' | 'value'>): ValueKind {
  if (type === 'secret') return 'secret';
  return typeof value === 'string' && !/[\r\n]/.test(value) ? 'text' : 'json';
}

/** What stands in the input when a value is edited, also as another kind than it was; of a secret nothing does. */
export function draftText(value: Json | undefined, kind: ValueKind): string {
  if (kind === 'secret' || value === undefined) return '';
  return kind === 'text' && typeof value === 'string' ? value : JSON.stringify(value);
}

/** Why a text is no value of this kind; undefined when it is one. */
export function valueProblem(text: string, kind: ValueKind): string | undefined {
  if (kind === 'secret' && text === '') return 'A secret is not empty';
  if (Buffer.byteLength(text) > MAX_VALUE_BYTES) return 'A value has at most 64 KiB';
  if (kind !== 'json') return undefined;
  try {
    JSON.parse(text);
    return undefined;
  } catch {
    // The parser's own words name positions of a text that is being typed.
    return 'This is not JSON yet: a text needs its quotes, as in "1.10"';
  }
}

/** The value that a text means; only for one without a problem. */
export function parseValue(text: string, kind: ValueKind): Json {
  return kind === 'json' ? (JSON.parse(text) as Json) : text;
}

/** Why a variable cannot be called so; `taken`: the names that its scope has. */
export function nameProblem(text: string, taken: readonly string[]): string | undefined {
  const name = text.trim();
  if (name === '') return 'A name such as deployed.version is needed';
  if (!isVariableName(name)) {
    return 'A name begins with a letter or _ and has letters, digits, _, . and - only, at most 128';
  }
  return taken.includes(name) ? `There is a variable ${name} already: edit it` : undefined;
}
