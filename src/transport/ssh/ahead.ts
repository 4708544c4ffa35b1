import type { Duplex } from 'node:stream';
import { findChannel, isKnownServer, type PrivateChannel, type Privates, wrap } from './protocol.ts';

/** What goes to a command's stdin behind its exec request, without waiting for the server's answer. Keyed by the request. */
export type Ahead = Map<Buffer, Uint8Array>;

// OpenSSH gives 2 MiB with the command.
const ADVANCE_BYTES = 1_048_576;

/** Sends everything that answers a channel's confirmation (variables, the request, the bytes ahead) in one write. */
export function sendAhead(privates: Privates, socket: Duplex, ahead: Ahead): void {
  const { protocol, channels } = privates;
  wrap(protocol._handlers, 'CHANNEL_OPEN_CONFIRMATION', (original) => (...args: never[]) => {
    socket.cork();
    try {
      original(...args);
    } finally {
      socket.uncork();
    }
  });
  const advance = takeAdvances(privates);
  const exec = protocol.exec.bind(protocol);
  protocol.exec = (id, command, wantReply) => {
    exec(id, command, wantReply);
    const bytes = ahead.get(command);
    ahead.delete(command);
    const channel = findChannel(channels._channels, id);
    if (bytes === undefined || bytes.length === 0 || channel === undefined) return;
    if (isKnownServer(privates)) advance(channel, Math.min(bytes.length, ADVANCE_BYTES));
    channel.write(bytes);
  };
}

/**
 * Makes a channel's window as large as asked for before the server has given it, and takes that back when it does. An OpenSSH
 * server opens a session with no window at all and gives it when it reads the command, which stands in front of the bytes.
 */
function takeAdvances({ protocol }: Privates): (channel: PrivateChannel, bytes: number) => void {
  const owed = new Map<number, number>();
  const handlers = protocol._handlers;
  wrap(handlers, 'CHANNEL_WINDOW_ADJUST', (original) => (self, recipient: number, amount: number) => {
    const debt = owed.get(recipient) ?? 0;
    if (debt > amount) owed.set(recipient, debt - amount);
    else owed.delete(recipient);
    if (amount > debt) original(self, recipient as never, (amount - debt) as never);
  });
  wrap(handlers, 'CHANNEL_CLOSE', (original) => (self, recipient: number) => {
    owed.delete(recipient);
    original(self, recipient as never);
  });
  return ({ incoming, outgoing }, bytes) => {
    const missing = bytes - outgoing.window;
    if (missing <= 0) return;
    owed.set(incoming.id, missing);
    outgoing.window += missing;
  };
}
