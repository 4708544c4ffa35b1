import type { Json } from '../../src/domain/event.ts';

export const INPUT: Json = {
  user: { name: 'Ada' },
  items: [{ id: 7 }, { id: 1.5 }],
  on: true,
  none: null,
  '1.10': '1.10',
};

/** What comes of a call: a value, nothing (a write), or the name of an exit code. */
export type Result = { readonly value: Json } | { readonly done: true } | { readonly fails: keyof typeof EXIT_CODES };

export const EXIT_CODES = { absent: 1, invalid: 2, nobody: 3, changed: 4, refused: 5 } as const;

/** The same call in each language. `bundled`: what comes of it while nobody is attached, where that is something else. */
export interface HelperCase {
  readonly claim: string;
  readonly sh: string;
  readonly python: string;
  readonly node: string;
  readonly result: Result;
  readonly bundled?: Result;
}

const done = { done: true } as const;
const absent = { fails: 'absent' } as const;
const invalid = { fails: 'invalid' } as const;

/** One after the other, in one script. `setUp` in helper-scripts.ts has set what is read and not set here. */
export const CASES: readonly HelperCase[] = [
  read('the whole input', 'input', [], { value: INPUT }),
  read('a text of the input', 'input', ['user.name'], { value: 'Ada' }),
  read('a number in a list', 'input', ['items[1].id'], { value: 1.5 }),
  read('an object of the input', 'input', ['items[0]'], { value: { id: 7 } }),
  read('a boolean', 'input', ['on'], { value: true }),
  read('null, which is there', 'input', ['none'], { value: null }),
  read('a path that leads nowhere', 'input', ['user.age'], absent),
  read('an index behind the end', 'input', ['items[2]'], absent),
  {
    claim: 'a default of the input',
    sh: 'cronium.input user.age --default 40',
    python: 'cronium.input("user.age", default="40")',
    node: 'cronium.input("user.age", "40")',
    result: { value: '40' },
  },
  read('no path', 'input', ['items['], invalid),
  read('the server of the event', 'event', ['server'], { value: 'web1' }),
  read('a field that no event has', 'event', ['weather'], absent),
  {
    claim: 'a text put out stays a text',
    sh: 'cronium.output text 1.10',
    python: 'cronium.output("text", "1.10")',
    node: 'cronium.output("text", "1.10")',
    result: done,
  },
  {
    claim: 'a number put out stays a number',
    sh: 'cronium.output number 42 --json',
    python: 'cronium.output("number", 42)',
    node: 'cronium.output("number", 42)',
    result: done,
  },
  {
    claim: 'a later value replaces an earlier one',
    sh: 'cronium.output number 43 --json',
    python: 'cronium.output("number", 43)',
    node: 'cronium.output("number", 43)',
    result: done,
  },
  {
    claim: 'a document is several outputs',
    sh: `printf '{"list": [1, "ü"], "flag": false}' | cronium.output`,
    python: 'cronium.output({"list": [1, "ü"], "flag": False})',
    node: 'cronium.output({ list: [1, "ü"], flag: false })',
    result: done,
  },
  {
    claim: 'an output of many records',
    sh: `head -c 200000 /dev/zero | tr '\\0' x | cronium.output long -`,
    python: 'cronium.output("long", "x" * 200000)',
    node: 'cronium.output("long", "x".repeat(200000))',
    result: done,
  },
  {
    claim: 'an output without a proper name',
    sh: 'cronium.output 9lives x',
    python: 'cronium.output("9lives", "x")',
    node: 'cronium.output("9lives", "x")',
    result: invalid,
  },
  {
    claim: 'an output over a MiB',
    sh: `head -c 1100000 /dev/zero | tr '\\0' x | cronium.output huge -`,
    python: 'cronium.output("huge", "x" * 1100000)',
    node: 'cronium.output("huge", "x".repeat(1100000))',
    result: { fails: 'refused' },
  },
  variable('a variable of the workspace hides a global one', 'where', { value: 'workspace' }),
  variable('a variable of the server hides that of the workspace', 'region', { value: 'server' }),
  {
    claim: 'a scope can be named',
    sh: 'cronium.getVariable region --scope global',
    python: 'cronium.get_variable("region", scope="global")',
    node: 'cronium.getVariable("region", undefined, { scope: "global" })',
    result: { value: { of: 'all' } },
  },
  {
    claim: 'a default of a variable',
    sh: 'cronium.getVariable nowhere --default none',
    python: 'cronium.get_variable("nowhere", "none")',
    node: 'cronium.getVariable("nowhere", "none")',
    result: { value: 'none' },
  },
  {
    claim: 'no proper name of a variable',
    sh: `cronium.getVariable 'a b'`,
    python: 'cronium.get_variable("a b")',
    node: 'cronium.getVariable("a b")',
    result: invalid,
  },
  {
    claim: 'no scope of that name',
    sh: 'cronium.setVariable where x --scope planet',
    python: 'cronium.set_variable("where", "x", scope="planet")',
    node: 'cronium.setVariable("where", "x", { scope: "planet" })',
    result: invalid,
  },
  {
    claim: 'a variable is set where it is found',
    sh: 'cronium.setVariable region changed',
    python: 'cronium.set_variable("region", "changed")',
    node: 'cronium.setVariable("region", "changed")',
    result: done,
  },
  variable('and read as it was set', 'region', { value: 'changed' }),
  {
    claim: 'a new variable holds JSON',
    sh: `cronium.setVariable fresh.one '{"a": [1, null]}' --json`,
    python: 'cronium.set_variable("fresh.one", {"a": [1, None]})',
    node: 'cronium.setVariable("fresh.one", { a: [1, null] })',
    result: done,
  },
  variable('and is read as it was set', 'fresh.one', { value: { a: [1, null] } }),
  {
    claim: 'a variable over 64 KiB',
    sh: `head -c 70000 /dev/zero | tr '\\0' x | cronium.setVariable big -`,
    python: 'cronium.set_variable("big", "x" * 70000)',
    node: 'cronium.setVariable("big", "x".repeat(70000))',
    result: { fails: 'refused' },
  },
  variable('the counter', 'counter', { value: 5 }),
  {
    claim: 'what is unchanged since it was read is set, if somebody can tell',
    sh: 'cronium.setVariable counter 6 --json --if-unchanged --wait 1s',
    python: 'cronium.set_variable("counter", 6, if_unchanged=True, wait="1s")',
    node: 'cronium.setVariable("counter", 6, { ifUnchanged: true, wait: "1s" })',
    result: done,
    bundled: { fails: 'nobody' },
  },
  {
    claim: 'what has another version is not set',
    sh: 'cronium.setVariable counter 7 --json --if-unchanged=77 --wait 1s',
    python: 'cronium.set_variable("counter", 7, if_unchanged=77, wait="1s")',
    node: 'cronium.setVariable("counter", 7, { ifUnchanged: 77, wait: "1s" })',
    result: { fails: 'changed' },
    bundled: { fails: 'nobody' },
  },
  {
    claim: 'a secret variable, which a command line cannot keep',
    sh: 'printf hush-hush | cronium.setVariable hidden - --secret --wait 1s',
    python: 'cronium.set_variable("hidden", "hush-hush", secret=True, wait="1s")',
    node: 'cronium.setVariable("hidden", "hush-hush", { secret: true, wait: "1s" })',
    result: { fails: 'refused' },
    bundled: { fails: 'nobody' },
  },
  read('a secret, once', 'secret', ['DB_PASSWORD'], { value: '***' }),
  read('and not a second time', 'secret', ['DB_PASSWORD'], absent),
  read('a secret that the event does not name', 'secret', ['OTHER'], absent),
];

function read(claim: string, verb: string, words: readonly string[], result: Result): HelperCase {
  const call = `cronium.${verb}(${words.map((word) => JSON.stringify(word)).join(', ')})`;
  return {
    claim,
    sh: `cronium.${verb} ${words.map((word) => `'${word}'`).join(' ')}`,
    python: call,
    node: call,
    result,
  };
}

function variable(claim: string, name: string, result: Result): HelperCase {
  return {
    claim,
    sh: `cronium.getVariable ${name}`,
    python: `cronium.get_variable("${name}")`,
    node: `cronium.getVariable("${name}")`,
    result,
  };
}
