// A process that keeps the engine and makes runs when it is told to: Cronium as the extension has it.
import { type Cronium, createCronium } from '../../src/app/cronium.ts';
import { assertRunnable, loadEvent, locateScript } from '../../src/app/events.ts';
import type { RunEvent } from '../../src/domain/run-event.ts';
import { watchLoopWork } from '../../test/bench/loop-work.ts';
import type { Ask, Told } from './resident-words.ts';

const [, , dataDir = '', configFile = '', sshConfigFile = '', runnersDir = '', folder = ''] = process.argv;

let engine: Cronium | undefined;

function open(): Cronium {
  engine ??= createCronium({
    ...{ dataDir, configFile, sshConfigFile, runnersDir },
    prompts: {},
    env: { PATH: process.env.PATH, HOME: folder, LANG: 'C.UTF-8' },
    homeDir: folder,
    log: () => {},
  });
  return engine;
}

async function run(ask: Ask & { type: 'run' }): Promise<Told> {
  const cronium = open();
  const loaded = await loadEvent(locateScript(ask.script, folder));
  assertRunnable(loaded);
  const never = new AbortController().signal;
  const cancel = new AbortController();
  // A turn of the loop in which nothing of ours waits, so that what came before is not counted.
  await new Promise((done) => setTimeout(done, 5));
  const loopWork = watchLoopWork();
  const outcomes: Record<string, number> = {};
  const settledAt: Record<string, number> = {};
  const lines: [at: number, text: string][] = [];
  let bytes = 0;
  let peak = process.memoryUsage().rss;
  const look = (): void => {
    peak = Math.max(peak, process.memoryUsage().rss);
  };
  const watch = ask.watchMemory ? setInterval(look, 50) : undefined;
  const began = performance.now();
  const plan = await cronium.plan(loaded.event, {
    ...{ on: ask.on, signal: never, parallel: ask.on.length },
    ...(ask.timeoutMs === undefined ? {} : { timeoutMs: ask.timeoutMs }),
  });
  const planned = performance.now();
  const take = (event: RunEvent): void => {
    if (event.type === 'output') {
      bytes += event.text.length;
      if (ask.tellsAt !== undefined && event.text.includes(ask.tellsAt)) say({ type: 'saw' });
      if (ask.keepsOutput) lines.push([performance.timeOrigin + performance.now(), event.text]);
      if (ask.cancelAt !== undefined && event.text.includes(ask.cancelAt)) cancel.abort();
    }
    if (event.type === 'settled') {
      const kind = event.outcome.kind === 'broken' ? `broken ${event.outcome.code}` : event.outcome.kind;
      outcomes[kind] = (outcomes[kind] ?? 0) + 1;
      settledAt[event.server] = performance.now() - began;
    }
  };
  for await (const event of cronium.run(plan, { cancel: cancel.signal, leave: never })) take(event);
  const wallMs = performance.now() - began;
  const { long: longTurns } = loopWork();
  if (watch) clearInterval(watch);
  return {
    type: 'ran',
    ...{ wallMs, planMs: planned - began, outcomes, bytes, lines },
    settledAt: ask.keepsTimes ? settledAt : {},
    longTurns,
    rssMb: Math.max(peak, process.memoryUsage().rss) / 1e6,
    jobs: ask.keepsTimes ? plan.jobs.map(({ id }) => id) : [],
  };
}

async function disconnect(from: readonly string[]): Promise<Told> {
  const cronium = open();
  const servers = await cronium.selectServers(from);
  const closed = await Promise.all(servers.map((server) => cronium.disconnect(server)));
  if (!closed.every(Boolean)) throw new Error('A connection is in use');
  return { type: 'disconnected' };
}

async function close(): Promise<Told> {
  await engine?.[Symbol.asyncDispose]();
  engine = undefined;
  return { type: 'closed' };
}

async function answer(ask: Ask): Promise<Told> {
  switch (ask.type) {
    case 'open':
      open();
      return { type: 'opened', rssMb: process.memoryUsage().rss / 1e6 };
    case 'run':
      return await run(ask);
    case 'disconnect':
      return await disconnect(ask.from);
    case 'close':
      return await close();
    default:
      return ask satisfies never;
  }
}

/** Whoever asked may be gone by now. */
function say(told: Told): void {
  process.send?.(told, () => {});
}

process.on('message', (ask: Ask) => {
  answer(ask).then(
    (told) => say(told),
    (error: unknown) => say({ type: 'failed', message: String(error instanceof Error ? error.stack : error) }),
  );
});
process.on('disconnect', () => process.exit(0));
say({ type: 'ready' });
