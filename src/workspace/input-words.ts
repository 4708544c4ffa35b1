import type { InputFields } from './event-values.ts';
import { type FieldWords, TEXT, TEXT_LIST } from './field-words.ts';

/** The words of what can be said of an input. */
export const INPUT_WORDS: Readonly<Record<keyof InputFields, FieldWords>> = {
  description: {
    description: 'The question.',
    type: 'a text',
    default: "the input's id",
    example: 'description: Which version is deployed',
    snippet: '$1',
    schema: TEXT,
  },
  default: {
    description: 'The answer that is there already. It is taken where nobody can be asked.',
    type: 'a text',
    default: 'none',
    example: 'default: staging',
    snippet: '$1',
    schema: TEXT,
  },
  options: {
    description: 'The only answers that are possible.',
    type: 'a list of texts',
    default: 'any text',
    example: 'options: [staging, production]',
    snippet: '[$1]',
    schema: { ...TEXT_LIST, minItems: 1 },
  },
};
