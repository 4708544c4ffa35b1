import { expect } from 'vitest';
import { connectTo } from '../../fixtures/sshd-client.ts';
import { fault } from '../fault.ts';
import { calm, type Ending, ending } from './calm.ts';
import { CONNECT_SECONDS, type Mode, PHASES } from './phases.ts';

/** A command is waited for as long as that by the product. */
const CHANNEL_SECONDS = 30;

async function meet(phase: string, mode: Mode): Promise<Ending & { readonly tookMs: number }> {
  const start = PHASES[phase];
  if (start === undefined) throw new RangeError(`There is no phase "${phase}"`);
  await using server = await start(mode);
  await using client = connectTo(server.configFile, { prompts: {} });
  const began = performance.now();
  const end = await ending(client.open('hostile', 'true'), 60_000);
  return { ...end, tookMs: performance.now() - began };
}

const phases = Object.keys(PHASES);
const beforeChannel = phases.slice(0, 5);
const atChannel = phases.slice(5, 7);
const running = phases.slice(7);

async function meetAll(among: readonly string[], mode: Mode, limitSeconds: number): Promise<void> {
  const quiet = calm();
  const meeting = async (phase: string) => ({ phase, ...(await meet(phase, mode)) });
  const ends = [];
  // Floods keep this process busy, which plays the servers, too: one at a time.
  if (mode === 'endless') for (const phase of among) ends.push(await meeting(phase));
  else ends.push(...(await Promise.all(among.map(meeting))));
  const wrong = ends.filter(
    ({ code, message, tookMs }) =>
      !/^(?:connect\/(?:timeout|closed|protocol)|disconnected)$/.test(code) ||
      !/^(?:Cannot|The connection to) .*"hostile"/.test(message) ||
      message.length > 500 ||
      tookMs > limitSeconds * 1000,
  );
  expect(wrong).toEqual([]);
  await quiet.isBack();
}

// The deadlines of both parts, and what a busy machine that plays the server, too, takes for the rest.
const LATEST = CONNECT_SECONDS * 2 + 40;

for (const mode of ['stall', 'drip'] as const) {
  fault(['T19', 'F02'], `${mode}: a server that gives nothing more is left at the deadline of its phase`, () =>
    meetAll(beforeChannel, mode, LATEST),
  );
}

fault(['T19'], 'stall: a server that goes silent on a connection that stands is taken for dead', () =>
  meetAll([...atChannel, ...running], 'stall', 40),
);

fault(['T19'], 'drip: a server that lives but never gives a command is left after half a minute', () =>
  meetAll(atChannel, 'drip', CHANNEL_SECONDS + 20),
);

fault(['T19', 'F02'], 'endless: nothing without an end is taken for ever, or kept', () =>
  meetAll(beforeChannel, 'endless', LATEST),
);

for (const mode of ['garbage', 'close', 'reset'] as const) {
  fault(['T19', 'F03'], `${mode}: is told in a sentence in every phase, at once`, () => meetAll(phases, mode, LATEST));
}
