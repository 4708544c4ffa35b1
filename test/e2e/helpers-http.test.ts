import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { jsonLines, type Lab, startLab } from '../fixtures/lab.ts';

let lab: Lab;

beforeAll(async () => {
  lab = await startLab();
});
afterAll(() => lab[Symbol.asyncDispose]());

const HEADER = '# cronium:\n#   api: true\n';
/** Asks with the token; what comes is the status, a blank, and the body. */
const ASK = `
ask() { path=$1; shift; curl -s -o body -w '%{http_code}' -H "Authorization: Bearer $CRONIUM_API_TOKEN" -H 'Content-Type: application/json' "$@" "$CRONIUM_API_ENDPOINT/v1/$path"; printf ' '; cat body; echo; }
`;

async function run(name: string, text: string, ...options: readonly string[]): Promise<string> {
  const script = lab.script(name, text);
  const { stdout, stderr, code } = await lab.cli('run', script, '--on', 'web1', '--json', ...options);
  const events = jsonLines(stdout);
  const said = events.map(({ type, stream, text: part }) => (type === 'output' && stream === 'stdout' ? part : ''));
  expect([code, stderr, events.at(-1)?.type]).toEqual([0, '', 'finished']);
  return said.join('');
}

test('curl reads the input, writes variables if unchanged, and puts out', async () => {
  const said = await run(
    'curl.sh',
    `#!/bin/sh\n${HEADER}set -e\n${ASK}
ask input/user.name
ask event/name
ask var/FROM_CURL -X PUT -d '{"a": [1]}' -H 'If-None-Match: *'
ask var/FROM_CURL -X PUT -d 2 -H 'If-None-Match: *'
ask var/FROM_CURL -X PUT -d 2 -H 'If-Match: "1"'
ask output/rows -X PUT -d 42
head -c 300000 /dev/zero | tr '\\0' 7 | sed 's/.*/"&"/' >large
ask output/large -X PUT -H 'Expect: 100-continue' --data-binary @large
ask var/none
cronium.getVariable FROM_CURL
`,
    ...['--input', '{"user":{"name":"Ann"}}'],
  );
  expect(said.split('\n')).toEqual([
    '200 "Ann"',
    '200 "curl.sh"',
    '200 {"version":1,"scope":"workspace"}',
    expect.stringMatching(/^412 .*"code":"changed"/),
    '200 {"version":2,"scope":"workspace"}',
    '200 {}',
    '200 {}',
    expect.stringMatching(/^404 .*"code":"absent"/),
    '2',
    '',
  ]);
});

test('what the commands have set is there for the next request', async () => {
  const said = await run(
    'after.sh',
    `#!/bin/sh\n${HEADER}set -e\n${ASK}
for i in 1 2 3 4 5; do cronium.setVariable --json STEP $i; ask var/STEP; done
`,
  );
  expect(said).toBe('200 1\n200 2\n200 3\n200 4\n200 5\n');
});

test('this machine, too, answers its own scripts, by commands and by HTTP', async () => {
  const script = lab.script(
    'here.sh',
    `#!/bin/sh\n${HEADER}set -e\n${ASK}
cronium.setVariable HERE 1
ask var/HERE
ask var/HERE -X PUT -d '"2"' -H 'If-Match: "1"'
cronium.getVariable HERE
cronium.setVariable HERE 3 --if-unchanged
ask var/HERE
`,
  );
  const { stdout, stderr, code } = await lab.cli('run', script, '--on', 'local', '--json');
  const said = jsonLines(stdout).flatMap(({ type, text }) => (type === 'output' ? [text] : []));
  expect([code, stderr, said.join('')]).toEqual([
    0,
    '',
    '200 "1"\n200 {"version":2,"scope":"workspace"}\n2\n200 "3"\n',
  ]);
});

test('an input of megabytes reaches the script, by commands and by HTTP', async () => {
  const rows = Array.from({ length: 60_000 }, (_, index) => `row ${index} of the input`);
  const input = join(lab.folder, 'input.json');
  writeFileSync(input, JSON.stringify({ rows }));
  const said = await run(
    'large.sh',
    `#!/bin/sh\n${HEADER}set -e\n${ASK}\ncronium.input 'rows[59999]'\nask input/rows%5B59999%5D\ncronium.input | wc -c\n`,
    ...['--input', `@${input}`],
  );
  const bytes = JSON.stringify({ rows }).length + 1;
  expect(said.trim().split(/\s*\n\s*/)).toEqual(['row 59999 of the input', '200 "row 59999 of the input"', `${bytes}`]);
});

test('Python uses nothing but what it has, and is told when its token is not good', async () => {
  const said = await run(
    'client.py',
    `#!/usr/bin/env python3\n${HEADER}
import json, os, subprocess, urllib.error, urllib.request

def ask(path, token, value=None):
    data = None if value is None else json.dumps(value).encode()
    request = urllib.request.Request(os.environ["CRONIUM_API_ENDPOINT"] + path, data=data, method="PUT" if data else "GET")
    request.add_header("Authorization", "Bearer " + token)
    request.add_header("Content-Type", "application/json")
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)["error"]["code"]

token = os.environ["CRONIUM_API_TOKEN"]
print(ask("/v1/var/PY", token, {"x": "\\u00e4" * 1000})[0])
print(ask("/v1/var/PY", token)[1] == {"x": "\\u00e4" * 1000})
print(ask("/v1/var/PY", token[:-2] + "xx"))
newest = subprocess.check_output(["cronium.token"]).decode().strip()
print(ask("/v1/event/id", newest)[0], os.environ["CRONIUM_EXECUTION_ID"] == os.environ["CRONIUM_JOB"])
`,
  );
  expect(said).toBe("200\nTrue\n(401, 'token')\n200 True\n");
});

test("the client's machine has no new port: only the server's side listens", async () => {
  const gate = join(lab.folder, 'gate');
  const script = lab.script(
    'port.sh',
    `#!/bin/sh\n${HEADER}echo "$CRONIUM_API_ENDPOINT"\nwhile ! [ -e "$1" ]; do sleep 0.05; done\n`,
  );
  const before = listening();
  const running = lab.start('run', script, '--on', 'web1', '--json', '--', gate);
  await running.saw('127.0.0.1');
  const during = listening();
  const pid = running.child.pid ?? expect.unreachable();
  // Listening sockets of the client's process: none.
  const own = new Set(socketsOf(pid));
  expect([...during].filter(([inode]) => own.has(inode))).toEqual([]);
  expect(own.size).toBeGreaterThan(0);
  writeFileSync(gate, '');
  const { stdout } = await running.ended;
  const endpoint = jsonLines(stdout).flatMap(({ type, text }) => (type === 'output' ? [String(text)] : []))[0];
  // The only new port is the one that the script was told, and it is of another process.
  const added = [...during].filter(([inode]) => !before.has(inode)).map(([, address]) => address);
  expect(added).toContain(endpoint?.trim().replace('http://', ''));
});

test('a client that was killed lets the script wait for the next one, which has tokens of its own', async () => {
  const gate = join(lab.folder, 'second');
  const script = lab.script(
    'killed.sh',
    `#!/bin/sh\n${HEADER}${ASK}
echo ready
while ! [ -e "$1" ]; do sleep 0.05; done
first=$CRONIUM_API_TOKEN
until [ "$(cronium.token)" != "$first" ]; do sleep 0.05; done
ask event/name
CRONIUM_API_TOKEN=$(cronium.token)
ask event/name
`,
  );
  const running = lab.start('run', script, '--on', 'web1', '--json', '--', gate);
  await running.saw('ready');
  running.child.kill('SIGKILL');
  await running.ended;
  writeFileSync(gate, '');
  const [planned] = jsonLines((await lab.cli('runs', '--json')).stdout);
  expect((await lab.cli('resume', String(planned?.id))).code).toBe(0);
  const { stdout } = await lab.cli('logs', String(planned?.id), '--raw', '--server', 'web1');
  expect(stdout).toMatch(/^ready\n401 .*\n200 "killed.sh"\n$/);
});

/** Listening TCP sockets of this machine: inode → address. */
function listening(): Map<string, string> {
  const found = new Map<string, string>();
  for (const file of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of readFileSync(file, 'utf8').split('\n').slice(1)) {
      const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/);
      if (state !== '0A') continue;
      const [address = '', port = ''] = local.split(':');
      const bytes = address.length === 8 ? (address.match(/../g) ?? []).reverse() : [];
      const host = bytes.length > 0 ? bytes.map((byte) => Number.parseInt(byte, 16)).join('.') : address;
      found.set(inode, `${host}:${Number.parseInt(port, 16)}`);
    }
  }
  return found;
}

/** The inodes of a process's sockets. */
function socketsOf(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
    } catch {
      // Closed meanwhile.
      return [];
    }
  });
}
