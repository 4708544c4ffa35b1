import type { Json } from '../domain/event.ts';
import type { EntryFields } from './schema.ts';

/** What is told of a field: in hovers, completions, the JSON schema and the reference. Texts are Markdown. */
export interface FieldWords {
  /** Sentences. */
  readonly description: string;
  /** What its value is, as a noun: `a duration`. */
  readonly type: string;
  /** Without a full stop; absent: it has to be said. */
  readonly default?: string;
  /** The field in YAML; it is valid. */
  readonly example: string;
  /** What stands behind `key: ` when it is completed, as a snippet; it may have more lines, indented from the key. */
  readonly snippet: string;
  /** The values that can be proposed, with what they mean. */
  readonly values?: readonly { readonly value: string; readonly meaning: string }[];
  /** Its value as a JSON schema (draft-07). */
  readonly schema: Readonly<Record<string, Json>>;
}

/** The schema of a text: what YAML makes of it may be another scalar. */
export const TEXT = { type: ['string', 'number', 'boolean'] } as const;
export const TEXT_LIST = { type: 'array', items: TEXT } as const;
const TEXT_OR_LIST = { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] } as const;
const DURATION = '^\\s*(\\d+(\\.\\d+)?|(\\d+(\\.\\d+)?\\s*(ms|s|m|h|d)\\s*)+)\\s*$';
const NAME = '^[A-Za-z_][A-Za-z0-9_]{0,254}$';

/** The words of the fields of a header, in the order in which they are told. */
export const FIELD_WORDS: Readonly<Record<keyof EntryFields, FieldWords>> = {
  script: {
    description:
      'The script that runs: its path below the folder, with forward slashes. Only an entry of `cronium.yaml` has it. What the header of the script says stands where the entry says nothing, but for `name` and `onSave`.',
    type: 'a path',
    example: 'script: ops/restart.sh',
    snippet: '$1',
    schema: { type: 'string', pattern: '^(?!/)(?!.*(^|/)\\.\\.(/|$))[^\\\\]*[^\\\\/]$' },
  },
  name: {
    description: 'What the event is called in views, messages and logs.',
    type: 'a text',
    default: "the script's file name; in `cronium.yaml` the entry's key",
    example: 'name: Restart web',
    snippet: '$1',
    schema: TEXT,
  },
  description: {
    description: 'What it is for. Views show it when you point at the event.',
    type: 'a text',
    default: 'none',
    example: 'description: Restarts the web servers, one after the other',
    snippet: '$1',
    schema: TEXT,
  },
  servers: {
    description:
      'Where it runs: names of servers, wildcards (`web-*`), tags and groups (`"@web"`), addresses (`deploy@10.0.0.2:2222`), and exclusions (`"!web-3"`). What begins with `@`, `*` or `!` needs quotes.',
    type: 'a selector or a list of them',
    default: 'you are asked at each run',
    example: 'servers: [web-*, "@staging", "!web-3"]',
    snippet: '[$1]',
    schema: TEXT_OR_LIST,
  },
  tags: {
    description: 'Words to find it by.',
    type: 'a word or a list of them',
    default: 'none',
    example: 'tags: [web, daily]',
    snippet: '[$1]',
    schema: TEXT_OR_LIST,
  },
  interpreter: {
    description:
      'The command that runs the script. A text is cut at blanks; a list is a command and its arguments as they are.',
    type: 'a command, or a list of a command and its arguments',
    default: "what the script's shebang says, else what belongs to its extension",
    example: 'interpreter: python3 -u',
    snippet: '$1',
    values: [
      { value: 'bash', meaning: 'GNU Bash' },
      { value: 'sh', meaning: "The system's shell" },
      { value: 'zsh', meaning: 'Z shell' },
      { value: 'fish', meaning: 'Fish' },
      { value: 'python3 -u', meaning: 'Python, each line of output at once' },
      { value: 'node', meaning: 'Node.js' },
      { value: 'ruby', meaning: 'Ruby' },
      { value: 'perl', meaning: 'Perl' },
      { value: 'php', meaning: 'PHP' },
      { value: 'pwsh -File', meaning: 'PowerShell' },
    ],
    schema: {
      anyOf: [
        { type: 'string', minLength: 1 },
        { ...TEXT_LIST, minItems: 1 },
      ],
    },
  },
  args: {
    description: 'The arguments of the script. They may have variables such as `${input:version}`.',
    type: 'a list of texts',
    default: 'none',
    example: 'args: [--force, "${input:version}"]',
    snippet: '[$1]',
    schema: TEXT_LIST,
  },
  env: {
    description:
      'Environment variables for the script, beside those of its server. Values may have variables such as `${server.name}`. For passwords there is `secrets`.',
    type: 'a map of names to texts',
    default: 'none',
    example: 'env:\n  MODE: fast\n  TARGET: ${server.name}',
    snippet: '\n  ${1:NAME}: $2',
    schema: { type: 'object', propertyNames: { pattern: NAME }, additionalProperties: TEXT },
  },
  cwd: {
    description:
      'The folder on the server in which the script starts: absolute, below the home folder (`~/…`), or below the folder of the unpacked files. It may have variables.',
    type: 'a path on the server',
    default: 'the folder of the unpacked files',
    example: 'cwd: /srv/app',
    snippet: '$1',
    schema: TEXT,
  },
  files: {
    description:
      'Files below the folder that travel along with the script: names, folders, patterns, and exclusions (`"!conf/old/**"`). What looks like a secret stays here unless it is named without wildcards.',
    type: 'a file, a pattern or a list of them',
    default: 'none',
    example: 'files: [lib/*.sh, conf]',
    snippet: '[$1]',
    schema: TEXT_OR_LIST,
  },
  input: {
    description:
      'Data for the script: it reads it as JSON in `CRONIUM_INPUT`. Texts in it may have variables such as `${env:USER}`.',
    type: 'any value',
    default: 'none',
    example: 'input:\n  replicas: 3\n  by: ${env:USER}',
    snippet: '$1',
    schema: {},
  },
  inputs: {
    description:
      'What you are asked before a run, by its id. `${input:version}` in `args`, `env`, `cwd` or `input` stands for the answer. Only what is used is asked for.',
    type: 'a map of ids to descriptions, or to more fields',
    default: 'none; an id that is not declared is asked for by its name',
    example:
      'inputs:\n  version: Which version is deployed\n  stage:\n    description: Where to\n    default: staging\n    options: [staging, production]',
    snippet: '\n  ${1:version}: ${2:Which version}',
    schema: {
      type: 'object',
      propertyNames: { pattern: '^[A-Za-z_][A-Za-z0-9_.-]*$' },
      additionalProperties: { anyOf: [{ type: [...TEXT.type, 'null'] }, { $ref: '#/definitions/input' }] },
    },
  },
  timeout: {
    description: 'How long the script may run. It is enforced on the server, also when nobody is connected.',
    type: 'a duration such as `90s`, `10m` or `1h30m`; a number is seconds',
    default: 'the setting `cronium.run.timeout`, which is `1h`',
    example: 'timeout: 10m',
    snippet: '${1:10m}',
    values: [
      { value: '30s', meaning: '30 seconds' },
      { value: '10m', meaning: '10 minutes' },
      { value: '1h', meaning: '1 hour' },
      { value: '1d', meaning: '1 day' },
    ],
    schema: {
      anyOf: [
        { type: 'string', pattern: DURATION },
        { type: 'number', exclusiveMinimum: 0 },
      ],
    },
  },
  parallel: {
    description: 'On how many servers it runs at once.',
    type: 'a whole number from 1 to 1000',
    default: 'the setting `cronium.run.parallel`, which is `32`',
    example: 'parallel: 1',
    snippet: '${1:1}',
    values: [{ value: '1', meaning: 'One server after the other' }],
    schema: { type: 'integer', minimum: 1, maximum: 1000 },
  },
  maxFailures: {
    description:
      'No further server begins when so many have failed; those that run go on. With `parallel` it makes a rollout that stops by itself. The servers that were not begun are among the failed ones of `Rerun Failed Servers`.',
    type: 'a whole number from 1 to 1000',
    default: 'all servers begin, whatever becomes of others',
    example: 'maxFailures: 1',
    snippet: '${1:1}',
    values: [{ value: '1', meaning: 'Stop at the first failure' }],
    schema: { type: 'integer', minimum: 1, maximum: 1000 },
  },
  retries: {
    description:
      'How often a server is tried again when it cannot be reached, 2, 4 and 8 seconds later. A script that has started is never started again.',
    type: 'a whole number from 0 to 10',
    default: '`3`',
    example: 'retries: 0',
    snippet: '${1:0}',
    values: [{ value: '0', meaning: 'One attempt' }],
    schema: { type: 'integer', minimum: 0, maximum: 10 },
  },
  onSave: {
    description:
      'Run it when its script is saved in the editor; with patterns, also when a file below the folder that matches one is saved. It does not run before you have approved this event with this content on these servers.',
    type: '`true`, `false`, a pattern or a list of them',
    default: '`false`',
    example: 'onSave: [conf/*.yaml, lib/**]',
    snippet: '${1:true}',
    values: [
      { value: 'true', meaning: 'When the script is saved' },
      { value: 'false', meaning: 'Never' },
    ],
    schema: { anyOf: [{ type: 'boolean' }, ...TEXT_OR_LIST.anyOf] },
  },
  overlap: {
    description: 'What happens when it is to run on a server on which a run of it has not ended.',
    type: 'one of `queue`, `skip`, `cancelRunning`, `parallel`',
    default: '`queue`',
    example: 'overlap: skip',
    snippet: '${1|queue,skip,cancelRunning,parallel|}',
    values: [
      { value: 'queue', meaning: 'The new run waits for the end of the one before' },
      { value: 'skip', meaning: 'The new run does not begin' },
      { value: 'cancelRunning', meaning: 'The one before is cancelled, then the new run begins' },
      { value: 'parallel', meaning: 'Both run' },
    ],
    schema: { enum: ['queue', 'skip', 'cancelRunning', 'parallel'] },
  },
  onDisconnect: {
    description:
      'What happens to a running script when nobody is connected any more: it goes on, or it is stopped after a while.',
    type: '`continue`, or `stop after` a duration',
    default: '`continue`',
    example: 'onDisconnect: stop after 10m',
    snippet: '${1|continue,stop after 10m|}',
    values: [
      { value: 'continue', meaning: 'It goes on; its log waits on the server' },
      { value: 'stop after 10m', meaning: 'It is stopped when nobody was connected for 10 minutes' },
    ],
    schema: { type: 'string', pattern: '^\\s*(continue|stop\\s+after\\s+\\S.*)\\s*$' },
  },
  secrets: {
    description:
      'Names of secrets that the script asks for with `cronium.secret NAME`, each once. A value is taken from your own environment or asked for; it is never stored on the server, and every output has `***` in its place.',
    type: 'a name or a list of them',
    default: 'none',
    example: 'secrets: [API_TOKEN]',
    snippet: '[${1:API_TOKEN}]',
    schema: {
      anyOf: [
        { type: 'string', pattern: NAME },
        { type: 'array', items: { type: 'string', pattern: NAME } },
      ],
    },
  },
  secretsAs: {
    description:
      'How the script gets its `secrets`: by asking for each one once, or as environment variables. Every process that the script starts inherits its environment, and the account on the server can read it.',
    type: 'one of the values below',
    default: '`helper`',
    example: 'secretsAs: environment',
    snippet: '${1|helper,environment|}',
    values: [
      { value: 'helper', meaning: '`cronium.secret NAME` hands each one out once' },
      { value: 'environment', meaning: 'The script has them as environment variables from its start' },
    ],
    schema: { enum: ['helper', 'environment'] },
  },
  api: {
    description:
      'Gives the script an address on the server and a token for programs that speak HTTP: `CRONIUM_API_ENDPOINT` and `CRONIUM_API_TOKEN`. Other users of the server can reach the address; the token keeps them out.',
    type: '`true` or `false`',
    default: '`false`',
    example: 'api: true',
    snippet: '${1|true,false|}',
    values: [
      { value: 'true', meaning: 'The script has an address and a token' },
      { value: 'false', meaning: 'The script has neither; the commands and modules need none' },
    ],
    schema: { type: 'boolean' },
  },
};
