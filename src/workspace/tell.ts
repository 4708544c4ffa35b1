import { VARIABLE_WORDS } from '../domain/variable.ts';
import type { FieldWords } from './field-words.ts';

/** A field for a hover or beside a completion, in Markdown. */
export function tellField(words: FieldWords): string {
  const values = (words.values ?? []).map(({ value, meaning }) => `- \`${value}\`: ${meaning}`);
  return [
    words.description,
    ...(isChoice(words) ? [values.join('\n')] : []),
    `Value: ${words.type}${words.default === undefined ? '' : `  \nDefault: ${words.default}`}`,
    `\`\`\`yaml\n${words.example}\n\`\`\``,
  ].join('\n\n');
}

/** A variable such as `env:HOME` in Markdown; undefined for an unknown one. */
export function tellVariable(name: string): string | undefined {
  const [word] = name.split(':');
  const hasArgument = name.includes(':');
  const told = VARIABLE_WORDS.find(
    (each) => each.name.split(':')[0] === word && each.name.includes(':') === hasArgument,
  );
  return told && `\`\${${told.name}}\`\n\n${told.meaning}`;
}

/** Whether the values are all that are possible, and not just some to begin with. */
function isChoice({ values, schema }: FieldWords): boolean {
  return values !== undefined && 'enum' in schema;
}
