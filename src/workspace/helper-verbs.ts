/** How a script talks to Cronium: commands of a shell, a module of Python, a module of Node. */
export type HelperDialect = 'shell' | 'python' | 'node';

/** What the names are that a verb takes first. */
export type HelperArgument = 'input' | 'event' | 'variable' | 'secret';

/** How a verb is written in a dialect. */
export interface HelperForm {
  /** Behind `cronium.`. */
  readonly name: string;
  /** The whole call, for a person to read. */
  readonly usage: string;
  /** What is inserted behind the name, in the snippet syntax of the editor. */
  readonly snippet: string;
}

/** An option of the command; `takes` is what its value is called. */
export interface HelperOption {
  readonly name: string;
  readonly takes?: 'scope' | 'value' | 'time' | 'version';
  readonly meaning: string;
}

/** A verb of `cronium.*`. */
export interface HelperVerb {
  readonly argument?: HelperArgument;
  /** Markdown. */
  readonly meaning: string;
  readonly options: readonly HelperOption[];
  readonly forms: Readonly<Record<HelperDialect, HelperForm>>;
}

const JSON_OPTION: HelperOption = { name: '--json', meaning: 'print JSON, also for a text' };
const DEFAULT: HelperOption = { name: '--default', takes: 'value', meaning: 'what is printed when there is none' };
const SCOPE: HelperOption = { name: '--scope', takes: 'scope', meaning: 'server, event, workspace or global' };
const WAIT: HelperOption = { name: '--wait', takes: 'time', meaning: 'how long to wait for a client: 10s, 2m' };

const NOT_FOUND = 'Exit code 1 when there is none.';

/** The verbs, the most used first. */
export const HELPER_VERBS: readonly HelperVerb[] = [
  {
    argument: 'variable',
    meaning:
      'The value of a variable that scripts share. Without a scope the most specific one that has it answers: server, event, workspace, global. A script reads its own writes. Exit code 1 when there is none and no default.',
    options: [DEFAULT, SCOPE, JSON_OPTION, { name: '--version', meaning: 'print its version instead' }, WAIT],
    forms: {
      shell: form('getVariable', '<name> [--default v] [--scope s]', ' ${1:name}'),
      python: form('get_variable', '(name, default=None, scope=None)', "('${1:name}')"),
      node: form('getVariable', '(name, otherwise, { scope })', "('${1:name}')"),
    },
  },
  {
    argument: 'variable',
    meaning:
      'Sets a variable that scripts share: where it is found, else in the workspace. Nothing waits: it also counts when nobody is attached. “If unchanged” and “secret” need a client; exit code 4 when somebody else has set it meanwhile, 3 when no client came.',
    options: [
      SCOPE,
      { name: '--json', meaning: 'the value is JSON text' },
      { name: '--secret', meaning: 'keep the value in the secret storage of the editor' },
      { name: '--if-unchanged', meaning: 'only if nobody has set it since this script has read it' },
      WAIT,
    ],
    forms: {
      shell: form(
        'setVariable',
        '<name> <value> [--scope s] [--secret] [--if-unchanged]',
        ' ${1:name} "${2:\\$value}"',
      ),
      python: form(
        'set_variable',
        '(name, value, scope=None, secret=False, if_unchanged=None)',
        "('${1:name}', ${2:value})",
      ),
      node: form('setVariable', '(name, value, { scope, secret, ifUnchanged })', "('${1:name}', ${2:value})"),
    },
  },
  {
    meaning:
      'Leaves a result of this server. The outputs of all servers are in the run document, and may be the input of the next run.',
    options: [{ name: '--json', meaning: 'the value is JSON text' }],
    forms: {
      shell: form('output', '<key> <value>', ' ${1:key} "${2:\\$value}"'),
      python: form('output', '(key, value)', "('${1:key}', ${2:value})"),
      node: form('output', '(key, value)', "('${1:key}', ${2:value})"),
    },
  },
  {
    argument: 'input',
    meaning: `The run's input, or what is at a path in it: \`user.name\`, \`items[0]\`. ${NOT_FOUND}`,
    options: [DEFAULT, JSON_OPTION],
    forms: {
      shell: form('input', '[key]', ' ${1:key}'),
      python: form('input', '(key=None)', "('${1:key}')"),
      node: form('input', '(key, otherwise)', "('${1:key}')"),
    },
  },
  {
    argument: 'event',
    meaning: `What is known of the event that runs, or one field of it, such as \`git.commit\`. ${NOT_FOUND}`,
    options: [DEFAULT, JSON_OPTION],
    forms: {
      shell: form('event', '[field]', ' ${1:name}'),
      python: form('event', '(field=None)', "('${1:name}')"),
      node: form('event', '(field, otherwise)', "('${1:name}')"),
    },
  },
  {
    argument: 'secret',
    meaning:
      'A secret that the event names under `secrets`. Each is handed out once: keep it in a variable of the script.',
    options: [JSON_OPTION],
    forms: {
      shell: form('secret', '<name>', ' ${1:NAME}'),
      python: form('secret', '(name)', "('${1:NAME}')"),
      node: form('secret', '(name)', "('${1:NAME}')"),
    },
  },
  {
    meaning: 'The newest token for `CRONIUM_API_ENDPOINT`, in an event that says `api: true`.',
    options: [],
    forms: {
      shell: form('token', '', ''),
      python: form('token', '()', '()'),
      node: form('token', '()', '()'),
    },
  },
];

/** The fields of the document that `cronium.event` tells. */
export const EVENT_FIELDS: readonly string[] = [
  'name',
  'id',
  'run',
  'job',
  'server',
  'startedAt',
  'trigger',
  'git.commit',
  'git.isDirty',
  'replayOf',
];

/** The verb that is called so in a dialect. */
export function findVerb(name: string, dialect: HelperDialect): HelperVerb | undefined {
  return HELPER_VERBS.find(({ forms }) => forms[dialect].name === name);
}

/** A verb for a hover or beside a completion, in Markdown. */
export function tellVerb({ forms, meaning, options }: HelperVerb, dialect: HelperDialect): string {
  const listed = options.map(({ name, takes, meaning: what }) => `- \`${name}${takes ? ` <${takes}>` : ''}\`: ${what}`);
  const language = { shell: 'sh', python: 'python', node: 'js' }[dialect];
  return [
    `\`\`\`${language}\n${forms[dialect].usage}\n\`\`\``,
    meaning,
    ...(dialect === 'shell' && listed.length > 0 ? [listed.join('\n')] : []),
  ].join('\n\n');
}

function form(name: string, takes: string, snippet: string): HelperForm {
  const gap = takes === '' || takes.startsWith('(') ? '' : ' ';
  return { name, usage: `cronium.${name}${gap}${takes}`, snippet };
}
