import { expect, test } from 'vitest';
import type { ScriptValue } from '../../../src/domain/script-value.ts';
import { JOB, RUNNING, runScripted, type ScriptedEnd, startScripted } from '../../fixtures/scripted-job.ts';
import { record, scriptedOpener } from '../../fixtures/scripted-runner.ts';
import { noEffects } from './no-effects.ts';

// The runner of these tests masks nothing, as one that was tampered with.

const SECRET = 'tweet/yzab+ "ü7919&\\';

/** What a script may print of it, and what of that depends on nothing that stands around it. */
function forms(secret: string): { readonly printed: string; readonly trace: string }[] {
  const json = JSON.stringify(secret).slice(1, -1);
  const hex = Buffer.from(secret).toString('hex');
  const inUrl = encodeURIComponent(secret);
  const whole = [
    secret,
    json,
    json.replace('ü', '\\u00fc'),
    inUrl,
    inUrl.replaceAll('%20', '+'),
    hex,
    hex.toUpperCase(),
  ];
  const base64 = [0, 1, 2].flatMap((lead) => {
    const printed = Buffer.from('xy'.slice(0, lead) + secret).toString('base64');
    const trace = printed.replaceAll('=', '').slice(lead === 0 ? 0 : lead + 1, -1);
    const urlSafe = (text: string): string => text.replaceAll('+', '-').replaceAll('/', '_');
    return [
      { printed, trace },
      { printed: urlSafe(printed), trace: urlSafe(trace) },
    ];
  });
  return [...whole.map((text) => ({ printed: text, trace: text })), ...base64];
}

const FORMS = forms(SECRET);
const EXIT = JSON.stringify({ reason: 'broken', error: 'run/cwd', message: `No folder ${SECRET}`, endedAt: 2 });

/** Runs a job whose server sends these records, and the last one, in these pieces. */
async function told(
  drafts: readonly (readonly [Parameters<typeof record>[0], string])[],
  exit = '{"reason":"exited","code":0,"endedAt":2}',
): Promise<ScriptedEnd & { readonly spool: Buffer; readonly values: ScriptValue[] }> {
  const all = [['START', '{}'], ...drafts, ['EXIT', exit]] as const;
  const spool = Buffer.concat(all.map(([type, body], seq) => record(type, seq, body)));
  const opener = scriptedOpener(async (runner) => {
    const stream = await startScripted(runner);
    for (let at = 0; at < spool.length; at += 60_000) runner.log(stream, at, spool.subarray(at, at + 60_000));
    runner.endLog(stream);
  });
  const values: ScriptValue[] = [];
  const apply = (_job: string, found: readonly ScriptValue[]): readonly string[] => {
    values.push(...found);
    return [];
  };
  const effects = { ...noEffects, apply };
  return { ...(await runScripted(opener, { secrets: { KEY: SECRET }, effects })), spool, values };
}

function output({ events }: ScriptedEnd, stream = 'stdout'): string {
  return events.flatMap((event) => (event.type === 'output' && event.stream === stream ? [event.text] : [])).join('');
}

function expectNoTrace(said: unknown): void {
  const text = JSON.stringify(said).concat(JSON.stringify(said).replaceAll(/\\(["\\])/g, '$1'));
  for (const { trace } of FORMS) if (text.includes(trace)) expect.fail(`${trace} stands in ${text}`);
}

test.each(FORMS)('a secret that the runner has not masked is not told: $printed', async ({ printed }) => {
  const end = await told([
    ['OUT', `<${printed}>\n`],
    ['ERR', `<${printed}>\n`],
  ]);
  expectNoTrace(end.events);
  for (const stream of ['stdout', 'stderr']) expect(output(end, stream)).toMatch(/^<.{0,4}\*{3}.{0,4}>\n$/);
});

test('nor is one that comes letter by letter, in turn with the other output', async () => {
  const letters = FORMS.flatMap(({ printed }) => [...`<${printed}>\n`]);
  const end = await told(letters.flatMap((letter) => [['OUT', letter] as const, ['ERR', letter] as const]));
  expectNoTrace(end.events);
  for (const stream of ['stdout', 'stderr']) expect(output(end, stream)).toMatch(/^(<.{0,4}\*{3}.{0,4}>\n){13}$/);
});

test('nor one that is cut between pieces of the log; what this machine keeps is what the server has', async () => {
  for (let cut = 1; cut < SECRET.length; cut++) {
    const end = await told([
      ['OUT', `a ${SECRET.slice(0, cut)}`],
      ['OUT', `${SECRET.slice(cut)} b`],
    ]);
    expect(output(end)).toBe('a *** b');
    expect(end.mirror.equals(end.spool)).toBe(true);
  }
});

test('nor one in a sentence, in the way the job has ended, or in what the script has set', async () => {
  const note = JSON.stringify({ code: 'killed', message: `It needed SIGKILL: curl --key ${SECRET}` });
  const values = [
    ['OUTPUT', `{"key":"all"}\n${JSON.stringify(FORMS.map(({ printed }) => printed))}`],
    ['VARIABLE', `{"name":"V"}\n${JSON.stringify({ [SECRET]: SECRET })}`],
  ] as const;
  const end = await told([['NOTE', note], ...values], EXIT);
  expect(end.end).toEqual({ kind: 'settled', outcome: { kind: 'broken', code: 'run/cwd', message: 'No folder ***' } });
  expect(end.events).toContainEqual({ type: 'note', server: 'web', message: 'It needed SIGKILL: curl --key ***' });
  expectNoTrace([end.events, end.end, end.values]);
  expect(end.values.map(({ value }) => value)).toMatchObject([expect.arrayContaining(['***']), { '***': '***' }]);
});

test('nor one in the reason why a server refuses to start it', async () => {
  const opener = scriptedOpener(async (runner) => {
    runner.greet();
    await runner.hears('start');
    const message = `Cannot start with ${SECRET}`;
    runner.say({ type: 'refused', re: 'start', code: 'start/failed', message, job: JOB.id });
  });
  const { end } = await runScripted(opener, { secrets: { KEY: SECRET } });
  expect(end).toMatchObject({ outcome: { message: expect.stringContaining('Cannot start with ***') } });
});

test('what the runner has masked is told as it came', async () => {
  const lines = ['a *** b\n', 'half a tweet/yz', ' and a question: t'];
  const end = await told(lines.map((line) => ['OUT', line] as const));
  expect(output(end)).toBe(lines.join(''));
});

test('the last letter of a question is told before it is answered, though a secret begins like that', async () => {
  const leave = new AbortController();
  const spool = Buffer.concat([record('START', 0, '{}'), record('OUT', 1, 'Your name: t')]);
  const opener = scriptedOpener(async (runner) => {
    const stream = await startScripted(runner);
    runner.say({ type: 'state', job: JOB.id, state: { ...RUNNING, end: spool.length } });
    runner.log(stream, 0, spool);
  });
  const events: string[] = [];
  await runScripted(opener, {
    ...{ leave, secrets: { KEY: SECRET } },
    onEvent: (event) => {
      if (event.type !== 'output') return;
      events.push(event.text);
      if (events.length === 2) leave.abort();
    },
  });
  expect(events).toEqual(['Your name: ', 't']);
});
