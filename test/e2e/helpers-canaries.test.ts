import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { until } from '../faults/lab/until.ts';
import { jsonLines, type Lab, startLab } from '../fixtures/lab.ts';

/** Each of another length, with what JSON and URLs escape. */
const SECRETS: Readonly<Record<string, string>> = Object.fromEntries(
  Array.from({ length: 20 }, (_, at) => [
    `CANARY_${at}`,
    `tweet/${'yzabcdefghijklmnopqr'.slice(0, at + 1)}+ "ü${at * 7919}&\\`,
  ]),
);

/** Says all of its secrets in all their forms, on stdout, on stderr, as outputs and as variables. */
const SCRIPT = `#!/usr/bin/env python3
# cronium:
#   secrets: [${Object.keys(SECRETS).join(', ')}]
import base64, cronium, json, os, sys, time, urllib.parse
for name in ${JSON.stringify(Object.keys(SECRETS))}:
    secret = cronium.secret(name)
    raw = secret.encode()
    forms = [secret, urllib.parse.quote(secret, safe=""), json.dumps(secret), raw.hex(), raw.hex().upper()]
    forms += [base64.b64encode(b"xy"[:lead] + raw).decode() for lead in range(3)]
    print(name, len(forms), *forms)
    print(name, *forms, file=sys.stderr, flush=True)
    cronium.output(name, forms)
    cronium.set_variable(name, {"forms": forms})
print("said", flush=True)
while not os.path.exists(sys.argv[1]):
    time.sleep(0.05)
`;

test('a trace is noticed in each of the eight forms', () => {
  const secret = String(SECRETS.CANARY_7);
  const raw = Buffer.from(secret);
  const leads = ['', 'x', 'xy'].map((lead) => Buffer.concat([Buffer.from(lead), raw]).toString('base64'));
  const hex = raw.toString('hex');
  for (const form of [secret, encodeURIComponent(secret), JSON.stringify(secret), hex, hex.toUpperCase(), ...leads]) {
    expect(() => expectNoTrace(`a ${form} b`, 'this')).toThrow(/CANARY_7/);
  }
});

for (const mode of ['live', 'bundled'] as const) {
  test(`twenty secrets in eight forms leave no trace, ${mode}: on disks, in logs, in lists of processes`, async () => {
    await using lab = await startLab();
    Object.assign(lab.env, SECRETS);
    const gate = join(lab.folder, 'gate');
    const running = lab.start('run', lab.script('canaries.py', SCRIPT), '--on', 'web1', '--json', '--', gate);
    const seen: string[] = [];
    const look = setInterval(() => seen.push(execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })), 100);
    try {
      if (mode === 'bundled') {
        await until(() => jobHas(lab, 'CANARY_0 8 '));
        running.child.kill('SIGKILL');
        await running.ended;
      }
      await until(() => jobHas(lab, 'said\n'));
    } finally {
      clearInterval(look);
    }
    expect(seen.join('')).toContain('canaries.py');
    expectNoTrace(seen.join(''), 'ps');
    // The spool as it is while the job goes on, and what is left when all is over.
    expectNoTraceBelow(lab.servers[0]?.home);
    writeFileSync(gate, '');
    if (mode === 'live') {
      const { stdout, stderr, code } = await running.ended;
      expect(code).toBe(0);
      expectNoTrace(`${stdout}${stderr}`, 'cronium run --json');
    } else expect(await lab.cli('resume')).toMatchObject({ code: 0 });
    const [{ id } = {}] = jsonLines((await lab.cli('runs', '--json')).stdout);
    for (const form of [[], ['--raw', '--server', 'web1']]) {
      const { stdout, stderr } = await lab.cli('logs', String(id), ...form);
      expect(stdout).toContain('CANARY_19 8 *** *** "***" *** *** ');
      expectNoTrace(`${stdout}${stderr}`, `cronium logs ${form.join(' ')}`);
    }
    {
      await using engine = lab.engine();
      expect(Object.keys(engine.outputs(String(id)).web1 ?? {})).toHaveLength(20);
      expect(engine.variables()).toHaveLength(20);
      expectNoTrace(JSON.stringify([engine.outputs(String(id)), engine.variables()]), 'the engine');
    }
    expectNoTraceBelow(lab.dataDir);
    expectNoTraceBelow(lab.servers[0]?.home);
  });
}

/** What of each form does not depend on what stands around it. */
function forms(secret: string): string[] {
  const raw = Buffer.from(secret);
  const inBase64 = [0, 1, 2].map((lead) => {
    const text = Buffer.concat([Buffer.alloc(lead), raw])
      .toString('base64')
      .replaceAll('=', '');
    return text.slice(lead === 0 ? 0 : lead + 1, -1);
  });
  const escaped = JSON.stringify(secret).slice(1, -1);
  const ascii = escaped.replace('ü', '\\u00fc');
  const hex = raw.toString('hex');
  return [secret, ...inBase64, encodeURIComponent(secret), escaped, ascii, hex, hex.toUpperCase()];
}

function expectNoTrace(text: string, place: string): void {
  for (const [name, secret] of Object.entries(SECRETS)) {
    for (const form of forms(secret)) if (text.includes(form)) expect.fail(`${place} shows ${name} as ${form}`);
  }
}

function expectNoTraceBelow(folder = ''): void {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  expect(files.length).toBeGreaterThan(3);
  for (const { parentPath, name } of files) {
    expectNoTrace(readFileSync(join(parentPath, name), 'utf8'), join(parentPath, name));
  }
}

/** Whether the log of the one job on web1 has a text. */
function jobHas({ servers }: Lab, text: string): boolean {
  const jobs = join(String(servers[0]?.stateHome), 'cronium/jobs');
  const [job] = existsSync(jobs) ? readdirSync(jobs) : [];
  if (job === undefined) return false;
  const spool = join(jobs, job, 'spool');
  return readdirSync(spool).some((name) => readFileSync(join(spool, name), 'utf8').includes(text));
}
