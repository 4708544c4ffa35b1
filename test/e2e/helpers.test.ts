import { existsSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Json } from '../../src/domain/event.ts';
import { type ChaosLab, startChaosLab } from '../faults/lab/chaos-lab.ts';
import { until } from '../faults/lab/until.ts';
import { jsonLines } from '../fixtures/lab.ts';
import { oldestInterpreters } from '../fixtures/oldest-interpreters.ts';
import { CASES, INPUT } from './helper-cases.ts';
import { conformanceScript, DIALECTS, type Dialect, expectedLine } from './helper-scripts.ts';

/** A client is attached all the time; it is killed before the first call; its connection breaks again and again. */
const MODES = ['live', 'bundled', 'flapping'] as const;

let lab: ChaosLab;

beforeAll(async () => {
  lab = await startChaosLab();
  lab.env.DB_PASSWORD = 'correct-horse-battery';
});
afterAll(() => lab[Symbol.asyncDispose]());

const { python, node } = oldestInterpreters();

/** Python 3.6 and Node 12 as well, where they are: the modules promise to work with them. */
const OLDEST: readonly (readonly [Dialect, string])[] = [
  ...(python === undefined ? [] : [['python', python] as const]),
  ...(node === undefined ? [] : [['require', node] as const, ['import', node] as const]),
];

for (const mode of MODES) {
  const ways: readonly (readonly [Dialect, string?])[] = DIALECTS.map((dialect) => [dialect]);
  for (const [dialect, interpreter] of mode === 'live' ? [...ways, ...OLDEST] : ways) {
    const by = interpreter === undefined ? '' : ` by the oldest ${dialect === 'python' ? 'Python' : 'Node'}`;
    test(`${dialect}${by}, ${mode}: every call of a script has its result, and every write its effect, once`, async () => {
      await setUp();
      const written = conformanceScript(dialect, mode === 'flapping' ? { wait: '60s', pauseMs: 150 } : {});
      const { name } = written;
      const text = interpreter === undefined ? written.text : written.text.replace(/^#!.*/, `#!${interpreter}`);
      const [gate, over] = ['gate', 'over'].map((part) =>
        join(lab.folder, `${mode}-${dialect}${by === '' ? '' : '-oldest'}.${part}`),
      ) as [string, string];
      const script = lab.script(`${mode}-${dialect}${by === '' ? '' : '-oldest'}/${name}`, text);
      const running = lab.start(
        'run',
        script,
        '--on',
        'web1',
        '--json',
        '--input',
        JSON.stringify(INPUT),
        '--',
        gate,
        over,
      );
      await running.saw('ready');
      if (mode === 'bundled') {
        running.child.kill('SIGKILL');
        await running.ended;
      }
      writeFileSync(gate, '');
      if (mode === 'bundled') {
        await until(() => existsSync(over));
        // Once brings it all, twice changes nothing.
        expect(await lab.cli('resume')).toMatchObject({ code: 0 });
        expect(await lab.cli('resume')).toMatchObject({ code: 0 });
      } else if (mode === 'flapping') {
        expect(await breakUntil(() => existsSync(over))).toBeGreaterThan(3);
        expect(await running.ended).toMatchObject({ code: 0 });
      } else expect(await running.ended).toMatchObject({ code: 0 });

      const [{ id } = {}] = jsonLines((await lab.cli('runs', '--json')).stdout);
      const { stdout, stderr } = await lab.cli('logs', String(id), '--raw', '--server', 'web1');
      const expected = CASES.map(({ result, bundled }, at) =>
        expectedLine(at, (mode === 'bundled' && bundled) || result, dialect),
      );
      expect(stdout.split('\n'), stderr).toEqual(['ready', ...expected, 'over', '']);
      expect(await kept(String(id))).toEqual({
        outputs: { text: '1.10', number: 43, list: [1, 'ü'], flag: false, long: 'x'.repeat(200_000) },
        variables: {
          'where global': ['global', 1],
          'where workspace': ['workspace', 1],
          'region global': [{ of: 'all' }, 1],
          'region server': ['changed', 2],
          'fresh.one workspace': [{ a: [1, null] }, 1],
          'counter global': mode === 'bundled' ? [5, 1] : [6, 2],
        },
      });
    });
  }
}

/** Breaks the connection a moment after it stands, each time a little later; says how often. */
async function breakUntil(isOver: () => boolean): Promise<number> {
  let times = 0;
  while (!isOver()) {
    if (lab.chaos.live > 0) {
      await delay(100 + ((times * 170) % 700));
      times += lab.chaos.break('reset');
    }
    await delay(20);
  }
  return times;
}

/** Sets the variables anew, so that their versions count from 1: what was there before is gone with its place. */
async function setUp(): Promise<void> {
  await using engine = lab.engine();
  for (const { scope, owner, name } of engine.variables()) await engine.unsetVariable({ scope, owner, name });
  versions.clear();
  const workspace = realpathSync(lab.folder);
  await engine.setVariable({ scope: 'global', owner: '', name: 'where' }, 'global');
  await engine.setVariable({ scope: 'workspace', owner: workspace, name: 'where' }, 'workspace');
  await engine.setVariable({ scope: 'global', owner: '', name: 'region' }, { of: 'all' });
  await engine.setVariable({ scope: 'server', owner: 'web1', name: 'region' }, 'server');
  await engine.setVariable({ scope: 'global', owner: '', name: 'counter' }, 5);
  for (const { scope, name, version } of engine.variables()) versions.set(`${name} ${scope}`, version);
}

/** Versions go on after a variable was unset. */
const versions = new Map<string, number>();

/** The outputs of the job, and each variable with its value and how often it was written in this run and its set-up. */
async function kept(
  run: string,
): Promise<{ outputs: unknown; variables: Record<string, readonly [Json | undefined, number]> }> {
  await using engine = lab.engine();
  const variables = engine.variables().map(({ scope, name, value, version }) => {
    const before = versions.get(`${name} ${scope}`);
    return [`${name} ${scope}`, [value, before === undefined ? 1 : 1 + version - before]] as const;
  });
  return { outputs: engine.outputs(run).web1, variables: Object.fromEntries(variables) };
}
