import { CASES, EXIT_CODES, type HelperCase, type Result } from './helper-cases.ts';

/** How a script calls the helpers. */
export type Dialect = 'sh' | 'python' | 'require' | 'import';

/** How long calls wait for a client where only one can answer, and the script before each call. */
export interface Pace {
  readonly wait?: string;
  readonly pauseMs?: number;
}

export const DIALECTS: readonly Dialect[] = ['sh', 'python', 'require', 'import'];

const HEADER = (mark: string) => `${mark} cronium:\n${mark}   name: Conformance\n${mark}   secrets: [DB_PASSWORD]\n`;

/** A script that says "ready", waits for the file of its first argument, makes all calls, and leaves the file of its second. */
export function conformanceScript(
  dialect: Dialect,
  { wait = '1s', pauseMs = 0 }: Pace = {},
): { readonly name: string; readonly text: string } {
  const { name, text } = atOnce(dialect, pauseMs);
  return { name, text: text.replaceAll('1s', wait) };
}

function atOnce(dialect: Dialect, pauseMs: number): { readonly name: string; readonly text: string } {
  switch (dialect) {
    case 'sh':
      return { name: 'cases.sh', text: shell(pauseMs) };
    case 'python':
      return { name: 'cases.py', text: python(pauseMs) };
    case 'require':
      return {
        name: 'cases.cjs',
        text: node(`const cronium = require('cronium');\nconst fs = require('fs');`, pauseMs),
      };
    case 'import':
      return { name: 'cases.mjs', text: node(`import * as cronium from 'cronium';\nimport fs from 'fs';`, pauseMs) };
    default:
      return dialect satisfies never;
  }
}

/** What the script must say of a case: its exit code, then the value. */
export function expectedLine(at: number, result: Result, dialect: Dialect): string {
  if ('fails' in result) return `${at} ${EXIT_CODES[result.fails]} `;
  if ('done' in result) return `${at} 0 `;
  const { value } = result;
  const text = dialect === 'sh' && typeof value === 'string' ? value : JSON.stringify(value);
  return `${at} 0 ${text}`;
}

function shell(pauseMs: number): string {
  const calls = CASES.map(
    ({ sh, claim }, at) => `# ${claim}\nsleep ${pauseMs / 1000}; said=$(${sh} 2>"$errors"); code=$?; tell ${at}`,
  );
  return `#!/bin/sh
${HEADER('#')}errors=$PWD/errors
tell() {
  echo "$1 $code $said"
  [ $code = 0 ] || grep -q '^cronium\\.[a-zA-Z]*: ' "$errors" || echo "$1 says nothing"
}
echo ready
while ! [ -e "$1" ]; do sleep 0.05; done
${calls.join('\n')}
echo over
touch "$2"
`;
}

function python(pauseMs: number): string {
  const calls = CASES.map(({ python: call, claim }, at) => `case(${at}, lambda: ${call})  # ${claim}`);
  return `#!/usr/bin/env python3
${HEADER('#')}import json, os, sys, time
import cronium

CODES = ${JSON.stringify(EXIT_CODES)}

def case(at, call):
    time.sleep(${pauseMs / 1000})
    try:
        value = call()
        print(at, 0, "" if value is None and at in WRITES else json.dumps(value, ensure_ascii=False, separators=(",", ":")))
    except cronium.CroniumError as error:
        print(at, CODES[error.code], "" if str(error).startswith("cronium.") else "says nothing")

WRITES = ${JSON.stringify(writes())}
print("ready", flush=True)
while not os.path.exists(sys.argv[1]):
    time.sleep(0.05)
${calls.join('\n')}
print("over", flush=True)
open(sys.argv[2], "w").close()
`;
}

function node(imports: string, pauseMs: number): string {
  const calls = CASES.map(({ node: call, claim }, at) => `test(${at}, () => ${call}); // ${claim}`);
  return `#!/usr/bin/env node
${HEADER('//')}${imports}
const codes = ${JSON.stringify(EXIT_CODES)};
const pause = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
function test(at, call) {
  pause(${pauseMs});
  try {
    const value = call();
    console.log(at + ' 0 ' + (value === undefined ? '' : JSON.stringify(value)));
  } catch (error) {
    if (!(error instanceof cronium.CroniumError)) throw error;
    console.log(at + ' ' + codes[error.code] + ' ' + (error.message.startsWith('cronium.') ? '' : 'says nothing'));
  }
}
console.log('ready');
while (!fs.existsSync(process.argv[2])) pause(50);
${calls.join('\n')}
console.log('over');
fs.writeFileSync(process.argv[3], '');
`;
}

function writes(): number[] {
  return CASES.flatMap(({ result }: HelperCase, at) => ('done' in result ? [at] : []));
}
