import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { processesOf } from '../fixtures/job-processes.ts';
import { type Lab, type Running, startLab } from '../fixtures/lab.ts';

const SECRET = 'neighbours-must-not-read-this';

/** Keeps its secret in a variable, uses its door, and waits. */
const SCRIPT = `#!/bin/sh
# cronium:
#   secrets: [DB_PASSWORD]
#   api: true
password=$(cronium.secret DB_PASSWORD)
printf 'Authorization: Bearer %s' "$(cronium.token)" | curl -sS -H @- "$CRONIUM_API_ENDPOINT/v1/event/server"; echo
echo "door $CRONIUM_API_ENDPOINT"
until [ -e "$1" ]; do sleep 0.1; done
[ "$password" = ${SECRET} ]
`;

let lab: Lab;
let running: Running;
let endpoint: string;
let job: string;

beforeAll(async () => {
  lab = await startLab();
  lab.env.DB_PASSWORD = SECRET;
  const script = lab.script('door.sh', SCRIPT);
  running = lab.start('run', script, '--on', 'web1', '--', join(lab.folder, 'gate'));
  await running.saw('door http://');
  await running.saw('"web1"');
  const jobs = join(String(lab.servers[0]?.stateHome), 'cronium/jobs');
  job = join(jobs, String(readdirSync(jobs)[0]));
  const environment = asOwner('/bin/sh', '-c', `tr '\\0' '\\n' </proc/${pids()[0]}/environ`);
  endpoint = String(/^CRONIUM_API_ENDPOINT=(.*)$/m.exec(environment)?.[1]);
});
afterAll(async () => {
  writeFileSync(join(lab.folder, 'gate'), '');
  await running.ended;
  await lab[Symbol.asyncDispose]();
});

test('a second user sees the processes of a job, and no secret or token in their arguments', () => {
  const { stdout, status } = asNeighbour('ps', '-eo', 'pid,args');
  expect(status).toBe(0);
  expect(stdout).toContain('door.sh');
  expect(stdout).not.toContain(SECRET);
  expect(stdout).not.toContain('eyJ');
});

test('a second user cannot read the environment, the memory or the working directory of a job', () => {
  for (const pid of pids()) {
    for (const file of ['environ', 'mem', 'cwd/']) {
      const { stdout, stderr, status } = asNeighbour('cat', `/proc/${pid}/${file}`);
      expect({ stdout, status, file }).toEqual({ stdout: '', status: 1, file });
      expect(stderr).toMatch(/Permission denied/);
    }
    expect(asNeighbour('kill', '-0', pid).stderr).toMatch(/not permitted/);
  }
});

test('a second user cannot list the base directory or a job, and cannot read what is in it', () => {
  const base = join(job, '../..');
  // What stands before it is open to them: it is the base itself that is closed.
  expect(asNeighbour('cat', join(String(lab.servers[0]?.folder), 'sshd_config')).status).toBe(0);
  for (const path of [base, join(base, 'jobs'), join(base, 'bin'), job, join(job, 'spool'), join(job, 'work')]) {
    const { stdout, stderr, status } = asNeighbour('ls', '-a', path);
    expect({ stdout, status, path }).toEqual({ stdout: '', status: 2, path });
    expect(stderr).toMatch(/Permission denied/);
  }
  expect(asNeighbour(join(job, 'bin/cronium'), 'event').status).not.toBe(0);
});

test('a second user cannot connect to the sockets of a job, though the owner can', () => {
  // From within the directory, because an address of a socket is short.
  const connect = `import os, socket, sys
os.chdir(sys.argv[1])
socket.socket(socket.AF_UNIX).connect(sys.argv[2])
print("connected")`;
  for (const name of ['call.sock', 'ctl.sock']) {
    expect(asOwner('/usr/bin/python3', '-c', connect, job, name)).toBe('connected\n');
    const { stdout, stderr } = asNeighbour('/usr/bin/python3', '-c', connect, job, name);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/PermissionError: .*Permission denied/);
  }
});

test('a second user reaches the port, and is told nothing without a token of this run', () => {
  expect(endpoint).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  const port = endpoint.split(':').at(-1);
  expect(asNeighbour('sh', '-c', 'cat /proc/net/tcp').stdout).toContain(
    `0100007F:${Number(port).toString(16).toUpperCase().padStart(4, '0')} 00000000:0000 0A`,
  );
  const wrong = 'eyJhbGciOiJub25lIn0.e30.';
  for (const headers of [[], ['-H', `Authorization: Bearer ${wrong}`], ['-H', 'Authorization: Basic cm9vdDpyb290']]) {
    for (const path of ['/v1/input', '/v1/event', '/v1/var', '/v1/secret/DB_PASSWORD', '/v1/output']) {
      const { stdout } = asNeighbour('curl', '-sS', '-w', ' %{http_code}', ...headers, `${endpoint}${path}`);
      expect(stdout).toMatch(/^\{"error":\{"code":"token","message":"[^"]*\\"cronium.token\\"[^"]*"\}\} 401$/);
    }
  }
  const { stdout } = asNeighbour('curl', '-sS', '-X', 'PUT', '-d', '1', `${endpoint}/v1/var/x`);
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'token' } });
});

/** The processes of the script. */
function pids(): string[] {
  const found = processesOf(lab).filter((line) => line.includes('door.sh'));
  expect(found).not.toEqual([]);
  return found.map((line) => line.split(' ')[0] ?? '');
}

function asOwner(program: string, ...words: string[]): string {
  return execFileSync(program, words, { encoding: 'utf8' });
}

/** Another user of the same machine: a uid of its own, and no group or capability of ours. */
function asNeighbour(program: string, ...words: string[]): { stdout: string; stderr: string; status: number | null } {
  const user = ['--reuid', '2002', '--regid', '2002', '--clear-groups', '--inh-caps=-all', '--bounding-set=-all'];
  return spawnSync('setpriv', [...user, '--', program, ...words], { encoding: 'utf8', cwd: '/' });
}
