import { expect, test } from 'vitest';
import { ScriptEffects } from '../../../src/app/script-effects.ts';
import { Mask } from '../../../src/domain/mask/mask.ts';
import { Applier } from '../../../src/execution/apply.ts';
import { openMirror, type SpoolMirror } from '../../../src/store/mirror.ts';
import { openStore, type Store } from '../../../src/store/store.ts';
import { idOf, planOf } from '../store/plan.ts';
import { type Draft, encodeRecord } from '../store/spool.ts';
import { tempDir } from '../store/temp-dir.ts';

const JOB = idOf('one/web-1');
const SCRIPT = { server: 'web-1', run: idOf('one'), job: JOB, event: 'scripts/restart.sh', workspace: '/project' };

function output(key: string, value: unknown, more: object = {}): Draft {
  return { type: 6, body: Buffer.from(`${JSON.stringify({ key, ...more })}\n${JSON.stringify(value)}`) };
}

function variable(name: string, value: unknown, more: object = {}): Draft {
  return { type: 7, body: Buffer.from(`${JSON.stringify({ name, ...more })}\n${JSON.stringify(value)}`) };
}

/** A job's log as it grows, and clients that come and go. */
class Fixture implements Disposable {
  readonly #dir = tempDir();
  store: Store = openStore(this.#dir.path);
  mirror: SpoolMirror;
  effects: ScriptEffects;
  readonly notes: string[] = [];
  readonly mask = new Mask();
  #applier: Applier;
  #seq = 0;

  constructor() {
    this.store.runs.insert(planOf('one', ['web-1']), 1);
    this.mirror = openMirror(this.store.logDir(JOB));
    this.effects = this.#newEffects();
    this.#applier = this.#newApplier();
  }

  /** Mirrors records without applying them: what a client does that is killed in between. */
  mirrored(...drafts: readonly Draft[]): ReturnType<SpoolMirror['write']> {
    const bytes = Buffer.concat(drafts.map((draft) => encodeRecord(this.#seq++, draft)));
    return this.mirror.write(this.mirror.end, bytes);
  }

  async follow(...drafts: readonly Draft[]): Promise<void> {
    await this.#applier.catchUp(this.mirror);
    await this.#applier.take(this.mirrored(...drafts));
  }

  /** As the next client finds it. */
  async comeBack(): Promise<void> {
    this.mirror.close();
    this.store[Symbol.dispose]();
    this.store = openStore(this.#dir.path);
    this.mirror = openMirror(this.store.logDir(JOB));
    this.effects = this.#newEffects();
    this.#applier = this.#newApplier();
    await this.#applier.catchUp(this.mirror);
  }

  get outputs(): unknown {
    return this.store.outputs.ofJob(JOB);
  }

  /** Value and version of what the script means by a name. */
  found(name: string): unknown {
    const found = this.store.variables.findFor(SCRIPT, name);
    return found && [found.scope, found.value, found.version];
  }

  [Symbol.dispose](): void {
    this.mirror.close();
    this.store[Symbol.dispose]();
    this.#dir[Symbol.dispose]();
  }

  #newEffects(): ScriptEffects {
    return new ScriptEffects({ store: this.store, changed: () => {}, now: () => 5 });
  }

  #newApplier(): Applier {
    const note = async (text: string): Promise<void> => void this.notes.push(text);
    return new Applier({ job: JOB, effects: this.effects, mask: this.mask, note });
  }
}

const START: Draft = { type: 1, body: Buffer.from('{}') };

test('what a script puts out and sets has its effect as its log comes', async () => {
  using job = new Fixture();
  await job.follow(START, output('url', 'http://a'), variable('COUNT', 1), variable('COUNT', 2));
  expect([job.outputs, job.found('COUNT')]).toEqual([{ url: 'http://a' }, ['workspace', 2, 2]]);
  await job.follow(output('url', 'http://b'), variable('COUNT', 3, { scope: 'server' }));
  expect([job.outputs, job.found('COUNT')]).toEqual([{ url: 'http://b' }, ['server', 3, 1]]);
  expect(job.store.variables.history({ scope: 'server', owner: 'web-1', name: 'COUNT' })[0]).toMatchObject({
    changedBy: { kind: 'job', run: SCRIPT.run, job: JOB, server: 'web-1' },
    changedAt: 5,
  });
});

test('what a killed client had mirrored and not applied is applied by the next one, and nothing twice', async () => {
  using job = new Fixture();
  await job.follow(START, variable('A', 1), variable('B', 1, { more: true }));
  job.mirrored(variable('A', 2), output('k', 'v'));
  await job.comeBack();
  expect([job.outputs, job.found('A'), job.found('B')]).toEqual([{ k: 'v' }, ['workspace', 2, 2], undefined]);
  await job.comeBack();
  await job.follow();
  expect(job.found('A')).toEqual(['workspace', 2, 2]);
});

test('a value whose parts come to two clients is applied by the second', async () => {
  using job = new Fixture();
  const [head, tail]: Draft[] = [
    { type: 6, body: Buffer.from('{"key":"long","more":true}\n"first half, ') },
    { type: 6, body: Buffer.from('{"key":"long","part":1}\nsecond half"') },
  ];
  await job.follow(START, output('a', 1), head as Draft);
  await job.comeBack();
  await job.follow({ type: 2, body: Buffer.from('output in between') }, tail as Draft);
  expect(job.outputs).toEqual({ a: 1, long: 'first half, second half' });
});

test('when the store cannot be written, all of it comes again', async () => {
  using job = new Fixture();
  await job.follow(START);
  const { apply } = job.effects;
  job.effects.apply = () => {
    throw new Error('no room');
  };
  await expect(job.follow(output('a', 1), variable('V', 1))).rejects.toThrow('no room');
  job.effects.apply = apply;
  await job.follow(output('b', 2));
  expect([job.outputs, job.found('V')]).toEqual([{ a: 1, b: 2 }, ['workspace', 1, 1]]);
});

test('nothing behind the EXIT is applied', async () => {
  using job = new Fixture();
  const exit: Draft = { type: 8, body: Buffer.from('{"reason":"exited","code":0,"endedAt":5}') };
  await job.follow(START, output('a', 1), exit, output('a', 2));
  await job.comeBack();
  expect(job.outputs).toEqual({ a: 1 });
});

test('a write to a variable that is secret by now is told and not done', async () => {
  using job = new Fixture();
  const place = { scope: 'workspace', owner: '/project', name: 'TOKEN' } as const;
  job.store.variables.write(place, { type: 'secret', reference: 'r' }, { by: { kind: 'person' }, at: 1 });
  await job.follow(START, variable('TOKEN', 'plain text'), output('a', 1));
  expect(job.store.variables.find(place)).toMatchObject({ type: 'secret', version: 1 });
  expect(job.notes).toEqual([expect.stringContaining('"TOKEN" was set to a value that is not taken')]);
  expect(job.outputs).toEqual({ a: 1 });
});

test('a value that cannot be read is told, and what waits for it goes on', async () => {
  using job = new Fixture();
  await job.follow(START);
  const waiting = job.effects.applied(JOB, 1, { signal: AbortSignal.timeout(20_000) });
  await job.follow({ type: 6, body: Buffer.from('{"key":"a"}\n{') });
  await waiting;
  expect(job.notes).toEqual([expect.stringContaining('cannot be read')]);
});

test('applied() waits until the value of that number had its effect, or for its signal', async () => {
  using job = new Fixture();
  await job.follow(START);
  await job.effects.applied(JOB, 0, { signal: new AbortController().signal });
  const gone = new AbortController();
  const given = job.effects.applied(JOB, 9, { signal: gone.signal });
  let found: unknown;
  const waiting = job.effects.applied(JOB, 2, { signal: gone.signal }).then(() => {
    found = job.found('V');
  });
  await job.follow(output('a', 1));
  expect(found).toBeUndefined();
  await job.follow(variable('V', 'there'));
  await waiting;
  expect(found).toEqual(['workspace', 'there', 1]);
  gone.abort(new Error('gone'));
  await expect(given).rejects.toThrow('gone');
});

test('a secret that a faulty runner has left in a value does not reach the store', async () => {
  using job = new Fixture();
  job.mask.add(['hunter2-hunter2']);
  const hex = Buffer.from('hunter2-hunter2').toString('hex');
  await job.follow(START, output('all', { text: 'a hunter2-hunter2', list: [hex] }), variable('V', 'hunter2-hunter2'));
  expect([job.outputs, job.found('V')]).toEqual([{ all: { text: 'a ***', list: ['***'] } }, ['workspace', '***', 1]]);
});
