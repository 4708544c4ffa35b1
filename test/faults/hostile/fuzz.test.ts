import type { Connection } from 'ssh2';
import { expect } from 'vitest';
import { sendPayload } from '../../fixtures/ssh-packets.ts';
import { type ServerPrivates, startHostileServer } from '../../fixtures/sshd-hostile.ts';
import { fault } from '../fault.ts';
import type { Random } from '../random.ts';
import { calm, ending } from './calm.ts';
import { clientFor, serverFor, type Way } from './flight.ts';
import { randomMessage } from './random-messages.ts';

/** Of one try; a short run has several. */
const SEQUENCES = 100;
const AT_ONCE = 10;

fault(
  'T29',
  'a server that says anything in any order after the login: an end with a reason, nothing left behind',
  async ({ random }) => {
    const uncaught: unknown[] = [];
    const note = (error: unknown): void => void uncaught.push(error);
    process.on('uncaughtExceptionMonitor', note);
    const quiet = calm();
    const wrong: unknown[] = [];
    for (let count = 0; count < SEQUENCES; count += AT_ONCE) {
      const forks = Array.from({ length: AT_ONCE }, () => random.fork());
      for (const found of await Promise.all(forks.map(meet))) if (found !== undefined) wrong.push(found);
    }
    process.off('uncaughtExceptionMonitor', note);
    expect(uncaught).toEqual([]);
    expect(wrong).toEqual([]);
    await quiet.isBack();
  },
  { isSeeded: true, seeds: 5 },
);

/** One sequence; what was wrong with its end, if anything. */
async function meet(random: Random): Promise<unknown> {
  const way: Way = random.pick(['first', 'in one flight']);
  const moment = random.pick(['login', 'channel', 'command', 'command', 'command'] as const);
  const messages = Array.from({ length: random.whole(1, 16) }, () => randomMessage(random));
  await using server = await startHostileServer({
    ...serverFor(way),
    behave: (connection, privates) => at(moment, connection, () => say(privates, messages)),
  });
  await using client = clientFor(way, server);
  try {
    const end = await ending(
      client.open('hostile', 'true', { ahead: Buffer.alloc(random.pick([0, 10, 100_000])) }),
      15_000,
    );
    const isTold = /^(?:connect\/(?:protocol|closed|channel|denied)|disconnected|exited|signalled)$/.test(end.code);
    return isTold && end.message.length < 1_000 && !/[\x00-\x1f\x7f-\x9f\u202e]/.test(end.message) ? undefined : end;
  } catch (error) {
    return {
      error: String(error),
      moment,
      way,
      messages: messages.map((payload) => payload.toString('hex').slice(0, 200)),
    };
  }
}

function at(moment: 'login' | 'channel' | 'command', connection: Connection, act: () => void): void {
  connection.on('ready', () => {
    if (moment === 'login') act();
    connection.on('session', (accept) => {
      const session = accept();
      if (moment === 'channel') act();
      session.on('exec', (start) => {
        start();
        if (moment === 'command') act();
      });
    });
  });
}

/** Says it all, and hangs up when the client has had time to hear it. */
function say(privates: ServerPrivates, messages: readonly Buffer[]): void {
  for (const payload of messages) sendPayload(privates, payload);
  setTimeout(() => privates._sock.end(), 50);
}
