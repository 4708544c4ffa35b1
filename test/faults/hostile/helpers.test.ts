import { createHmac } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { Tokens } from '../../../src/helpers/tokens.ts';
import { jsonLines, type Lab, startLab } from '../../fixtures/lab.ts';
import { fault } from '../fault.ts';

/** `ask TITLE ARGUMENT…` asks the helper API by curl and prints the status and the code of the error. */
const ASK = `
ask() { title=$1; shift; status=$(curl -s -m 20 --path-as-is -o body -w '%{http_code}' "$@"); echo "$title: $status $(grep -o '"code":"[a-z]*"' body)"; : >body; }
api=$CRONIUM_API_ENDPOINT
auth="Authorization: Bearer $CRONIUM_API_TOKEN"
`;

/** Runs a script with the door for HTTP open; what it printed. */
async function run(lab: Lab, text: string, ...options: readonly string[]): Promise<string[]> {
  const script = lab.script('ask.sh', `#!/bin/sh\n# cronium:\n#   api: true\n${ASK}${text}`);
  const { stdout, code } = await lab.cli('run', script, '--on', 'web1', '--json', ...options);
  const said = jsonLines(stdout).flatMap(({ type, text: part }) => (type === 'output' ? [part] : []));
  expect(code).toBe(0);
  return said.join('').trim().split('\n');
}

fault('T20', "a script reaches its own variables through the API, and nothing else of the developer's", async () => {
  await using lab = await startLab();
  const secret = join(lab.folder, 'private.txt');
  writeFileSync(secret, 'not for servers');
  const said = await run(
    lab,
    `
ask file -H "$auth" "$api/v1/var/..%2F..%2F..%2F..%2F${encodeURIComponent(secret.slice(1))}"
ask climb -H "$auth" "$api/v1/../../../etc/passwd"
ask address -H "$auth" "$api/v1/var/http:%2F%2F127.0.0.1:1%2F"
ask proxy -H "$auth" -x "$api" http://127.0.0.1:1/v1/var/x
ask tunnel -H "$auth" -X CONNECT --request-target 127.0.0.1:1 "$api"
ask upgrade -H "$auth" -H 'Connection: Upgrade' -H 'Upgrade: websocket' "$api/v1/event"
ask route -H "$auth" "$api/v1/tool/open"
ask host -H "$auth" -H 'Host: example.org' "$api/v1/exec?command=id"
ask method -H "$auth" -X DELETE "$api/v1/var/x"
ask other-job -H "$auth" "$api/v1/var/x?job=$(echo "$CRONIUM_JOB" | tr 0-9a-f 1-9a-f0)"
ask secret -H "$auth" "$api/v1/secret/HOME"
`,
  );
  expect(said).toEqual([
    expect.stringMatching(/^file: 4\d\d "code":"(invalid|route)"$/),
    expect.stringMatching(/^climb: 4\d\d "code":/),
    expect.stringMatching(/^address: 4\d\d "code":/),
    expect.stringMatching(/^proxy: [45]\d\d/),
    expect.stringMatching(/^tunnel: (4\d\d|000)/),
    expect.stringMatching(/^upgrade: (4\d\d|200)/),
    expect.stringMatching(/^route: 404 "code":/),
    expect.stringMatching(/^host: 404 "code":/),
    expect.stringMatching(/^method: 40[45] "code":/),
    expect.stringMatching(/^other-job: 400 "code":/),
    expect.stringMatching(/^secret: 404 "code":"absent"$/),
  ]);
  expect(readFileSync(secret, 'utf8')).toBe('not for servers');
});

fault('T21', 'a token is good for its own job, unchanged, and not behind its end', async () => {
  await using lab = await startLab();
  const kept = join(lab.folder, 'kept');
  expect(await run(lab, `echo "$CRONIUM_API_TOKEN" >'${kept}'; ask own -H "$auth" "$api/v1/event"\n`)).toEqual([
    'own: 200',
  ]);
  const said = await run(
    lab,
    `
old=$(cat '${kept}')
head=$(echo "$CRONIUM_API_TOKEN" | cut -d. -f1); body=$(echo "$CRONIUM_API_TOKEN" | cut -d. -f2); sign=$(echo "$CRONIUM_API_TOKEN" | cut -d. -f3)
none=$(printf '{"alg":"none","typ":"cronium-run+jwt"}' | base64 | tr -d '=\\n' | tr '/+' '_-')
ask absent "$api/v1/event"
ask ended -H "Authorization: Bearer $old" "$api/v1/event"
ask unsigned -H "Authorization: Bearer $head.$body." "$api/v1/event"
ask none -H "Authorization: Bearer $none.$body." "$api/v1/event"
ask cut -H "Authorization: Bearer $head.$body.$(echo "$sign" | cut -c1-20)" "$api/v1/event"
ask mixed -H "Authorization: Bearer $head.$(echo "$old" | cut -d. -f2).$sign" "$api/v1/event"
ask basic -u "x:$CRONIUM_API_TOKEN" "$api/v1/event"
ask query "$api/v1/event?token=$CRONIUM_API_TOKEN"
ask twice -H "$auth" -H "Authorization: Bearer $old" "$api/v1/event"
ask own -H "$auth" "$api/v1/event"
`,
  );
  expect(said.slice(0, -1)).toEqual(
    ['absent', 'ended', 'unsigned', 'none', 'cut', 'mixed', 'basic', 'query', 'twice'].map((title) =>
      expect.stringMatching(new RegExp(`^${title}: 40[01] "code":`)),
    ),
  );
  expect(said.at(-1)).toBe('own: 200');
});

fault('T20', 'what is too large, too deep or too much is refused, and nothing of it is kept', async () => {
  await using lab = await startLab();
  const said = await run(
    lab,
    `
json='Content-Type: application/json'
deep() { printf '%*s' "$1" '' | tr ' ' '['; printf '%*s' "$1" '' | tr ' ' ']'; }
long() { printf '"%*s"' "$1" '' | tr ' ' x; }
deep 32 | ask deep32 -H "$auth" -H "$json" -X PUT --data-binary @- "$api/v1/var/deep"
deep 33 | ask deep33 -H "$auth" -H "$json" -X PUT --data-binary @- "$api/v1/var/deeper"
long 65000 | ask long -H "$auth" -H "$json" -X PUT --data-binary @- "$api/v1/var/long"
long 65600 | ask longer -H "$auth" -H "$json" -X PUT --data-binary @- "$api/v1/var/longer"
long 65600 | ask chunked -H "$auth" -H "$json" -H 'Transfer-Encoding: chunked' -X PUT --data-binary @- "$api/v1/var/longer"
ask headers -H "$auth" -H "X: $(long 9000)" "$api/v1/event"
`,
  );
  expect(said).toEqual([
    'deep32: 200 ',
    'deep33: 400 "code":"json"',
    'long: 200 ',
    'longer: 413 "code":"size"',
    'chunked: 413 "code":"size"',
    'headers: 431 "code":"headers"',
  ]);
  await using engine = lab.engine();
  expect(engine.variables().map(({ name }) => name)).toEqual(['deep', 'long']);
});

fault(
  'T21',
  'a token is refused for each single claim that is not ours, though it is signed by the right key',
  async () => {
    const [job, key, jti, session] = ['b'.repeat(32), Buffer.alloc(32, 7), '01'.repeat(16), {}];
    let now = 0;
    const random = (bytes: number): Buffer => (bytes === 32 ? Buffer.from(key) : Buffer.from(jti, 'hex'));
    const tokens = new Tokens({ issuer: 'install', now: () => now, random });
    await tokens.issue(job, 'web-1');
    tokens.bind(job, session);
    const seconds = Math.floor(Date.now() / 1_000);
    const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const sign = (claims: object): string => {
      const payload = {
        ...{ srv: 'web-1', scope: ['var:r'], iss: 'install', aud: 'cronium-helper', sub: `job:${job}`, jti },
        ...{ iat: seconds, nbf: seconds, exp: seconds + 900, ...claims },
      };
      const text = `${encode({ alg: 'HS256', typ: 'cronium-run+jwt', kid: job })}.${encode(payload)}`;
      return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`;
    };
    const good = { job, server: 'web-1', session };
    expect(await tokens.verify(sign({}), good)).toEqual(['var:r']);
    const refused = {
      issuer: await tokens.verify(sign({ iss: 'another' }), good),
      subject: await tokens.verify(sign({ sub: `job:${'c'.repeat(32)}` }), good),
      server: await tokens.verify(sign({ srv: 'web-2' }), good),
      number: await tokens.verify(sign({ jti: '02'.repeat(16) }), good),
      expired: await tokens.verify(sign({ exp: seconds - 600 }), good),
      session: await tokens.verify(sign({}), { ...good, session: {} }),
    };
    now = 900_001;
    const late = await tokens.verify(sign({}), good);
    expect({ ...refused, late }).toEqual({});
  },
);
