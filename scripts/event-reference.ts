// Writes what is told of the fields of events from their one table: schemas/cronium.schema.json and parts of docs/events.md.
import { readFile, writeFile } from 'node:fs/promises';
import { argv } from 'node:process';
import { pathToFileURL } from 'node:url';
import { load } from 'js-yaml';
import { VARIABLE_WORDS } from '../src/domain/variable.ts';
import { FIELD_WORDS, type FieldWords } from '../src/workspace/field-words.ts';
import { INPUT_WORDS } from '../src/workspace/input-words.ts';

const SCHEMA = 'schemas/cronium.schema.json';
const PAGE = 'docs/events.md';

/** The JSON schema of `cronium.yaml`. */
export function schemaText(): string {
  const schema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Cronium events',
    description: 'The events of a folder: scripts, and what is needed to run them on servers.',
    type: ['object', 'null'],
    properties: {
      events: {
        description: 'The events by key. A key is how an event is called in a terminal: cronium run <key>.',
        type: ['object', 'null'],
        propertyNames: { pattern: '^[A-Za-z0-9_\\u0080-\\uffff][A-Za-z0-9_.\\u0080-\\uffff-]{0,99}$' },
        additionalProperties: { $ref: '#/definitions/event' },
      },
    },
    additionalProperties: false,
    definitions: {
      event: {
        type: 'object',
        required: ['script'],
        properties: properties(FIELD_WORDS),
        additionalProperties: false,
      },
      input: { type: 'object', properties: properties(INPUT_WORDS), additionalProperties: false },
    },
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}

/** The page with its generated parts as they are now. */
export function pageText(page: string): string {
  const parts: Readonly<Record<string, string>> = {
    fields: fieldsPart(FIELD_WORDS, '###'),
    inputs: fieldsPart(INPUT_WORDS, '####'),
    variables: table(VARIABLE_WORDS.map(({ name, meaning }) => [`\`\${${name}}\``, meaning])),
  };
  return page.replace(
    /(<!-- begin (\w+) -->)[\s\S]*?(<!-- end \2 -->)/g,
    (all, begin: string, name: string, end: string) =>
      parts[name] === undefined ? all : `${begin}\n\n${parts[name]}\n\n${end}`,
  );
}

function properties(fields: Readonly<Record<string, FieldWords>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(fields).map(([key, words]) => {
      const example = load(words.example) as Readonly<Record<string, unknown>>;
      const meanings = 'enum' in words.schema ? { enumDescriptions: words.values?.map(({ meaning }) => meaning) } : {};
      const described = { description: plain(words.description), markdownDescription: words.description };
      return [key, { ...described, ...words.schema, ...meanings, examples: [example[key]] }];
    }),
  );
}

/** Markdown of one paragraph as text. */
function plain(markdown: string): string {
  return markdown.replaceAll('`', '');
}

function fieldsPart(fields: Readonly<Record<string, FieldWords>>, heading: string): string {
  return Object.entries(fields)
    .map(([key, words]) => {
      const isChoice = 'enum' in words.schema;
      const values = isChoice ? (words.values ?? []).map(({ value, meaning }) => `- \`${value}\`: ${meaning}`) : [];
      return [
        `${heading} \`${key}\``,
        words.description,
        ...(values.length > 0 ? [values.join('\n')] : []),
        `Value: ${words.type}. ${words.default === undefined ? 'It has to be said.' : `Default: ${words.default}.`}`,
        `\`\`\`yaml\n${words.example}\n\`\`\``,
      ].join('\n\n');
    })
    .join('\n\n');
}

function table(rows: readonly (readonly string[])[]): string {
  return ['| variable | stands for |', '| --- | --- |', ...rows.map((cells) => `| ${cells.join(' | ')} |`)].join('\n');
}

if (import.meta.url === pathToFileURL(argv[1] ?? '').href) {
  await writeFile(SCHEMA, schemaText());
  await writeFile(PAGE, pageText(await readFile(PAGE, 'utf8')));
}
