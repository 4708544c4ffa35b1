import { expect } from 'vitest';
import { connectTo } from '../../fixtures/sshd-client.ts';
import { fault } from '../fault.ts';
import { startServersApart } from './apart.ts';
import { calm, type Ending, ending } from './calm.ts';
import { CONNECT_SECONDS, type Mode, PHASES } from './phases.ts';

/** A command is waited for as long as that by the product. */
const CHANNEL_SECONDS = 30;

interface Meeting extends Ending {
  readonly phase: string;
  readonly tookMs: number;
}

async function meet(configFile: string, phase: string): Promise<Meeting> {
  await using client = connectTo(configFile, { prompts: {} });
  const began = performance.now();
  const end = await ending(client.open('hostile', 'true'), 60_000);
  return { phase, ...end, tookMs: performance.now() - began };
}

const phases = Object.keys(PHASES);
const beforeChannel = phases.slice(0, 5);
const atChannel = phases.slice(5, 7);
const running = phases.slice(7);

async function meetAll(among: readonly string[], mode: Mode, limitSeconds: number): Promise<readonly Meeting[]> {
  await using servers = await startServersApart();
  const configFiles = await Promise.all(
    among.map(async (phase) => ({ phase, file: await servers.start(phase, mode) })),
  );
  const quiet = calm();
  const ends = await Promise.all(configFiles.map(({ phase, file }) => meet(file, phase)));
  const wrong = ends.filter(
    ({ code, message, tookMs }) =>
      !/^(?:connect\/(?:timeout|closed|protocol)|disconnected)$/.test(code) ||
      !/^(?:Cannot|The connection to) .*"hostile"/.test(message) ||
      message.length > 500 ||
      tookMs > limitSeconds * 1000,
  );
  expect(wrong).toEqual([]);
  await quiet.isBack();
  return ends;
}

// The deadlines of both parts, and what a busy machine takes for the rest.
const LATEST = CONNECT_SECONDS * 2 + 40;

for (const mode of ['stall', 'drip'] as const) {
  fault(['T19', 'F02'], `${mode}: a server that gives nothing more is left at the deadline of its phase`, async () => {
    await meetAll(beforeChannel, mode, LATEST);
  });
}

fault(['T19'], 'stall: a server that goes silent on a connection that stands is taken for dead', async () => {
  await meetAll([...atChannel, ...running], 'stall', 40);
});

fault(['T19'], 'drip: a server that lives but never gives a command is left after half a minute', async () => {
  await meetAll(atChannel, 'drip', CHANNEL_SECONDS + 20);
});

fault(['T19', 'F02'], 'endless: nothing without an end is taken for ever, or kept', async () => {
  const [beforeGreeting] = await meetAll(beforeChannel, 'endless', LATEST);
  // Not at its deadline: it has said too much long before.
  expect(beforeGreeting?.code).toBe('connect/protocol');
});

for (const mode of ['garbage', 'close', 'reset'] as const) {
  fault(['T19', 'F03'], `${mode}: is told in a sentence in every phase, at once`, async () => {
    await meetAll(phases, mode, LATEST);
  });
}
