import type { Duplex } from 'node:stream';
import { findChannel, isOpenChannel, type Privates, wrap } from './protocol.ts';

export interface GuardOptions {
  readonly socket: Duplex;
  /** Ends the connection: the server broke the rules. */
  readonly onViolation: (found: string) => void;
}

// As many as an honest server never opens: we ask for no forwarding.
const MAX_UNSOLICITED = 200;
const ADMINISTRATIVELY_PROHIBITED = 1;
// Above ssh2's window of 2 MiB by more than a packet: an output that makes room by being read asks for more while the packet
// that it hands out still counts, and never asks twice.
const BUFFERED_LIMIT = 2.5 * 1024 * 1024;
// ssh2 cuts what it sends to this size at once: 0 would never end, 1 would take a second for what is nothing.
const SMALLEST_PACKET = 256;
// A window is a uint32 (RFC 4254).
const MAX_WINDOW = 2 ** 32 - 1;
// Answers that lie here behind each other while the server takes nothing: who asks so much wants to fill our memory.
const MAX_UNTAKEN = 10_000;

/** Makes the client enforce what ssh2 leaves open: flow control, no channels that we did not ask for, no global requests. */
export function guardChannels({ protocol, channels }: Privates, { socket, onViolation }: GuardOptions): void {
  const handlers = protocol._handlers;
  for (const name of ['CHANNEL_DATA', 'CHANNEL_EXTENDED_DATA']) {
    wrap(handlers, name, (original) => (self, recipient: number, data: Buffer, ...rest) => {
      const channel = channels._channels[recipient];
      // Numbers are not used twice, and who has closed a channel sends nothing more.
      if (!isOpenChannel(channel)) onViolation('the server sent data for a channel that is not open');
      // ssh2 buffers what is too much, and drops in silence what comes after that.
      else if (data.length > channel.incoming.window) onViolation('the server sent more than it was allowed to');
      // An output that was told its end throws when it goes on, and nobody would catch it.
      else if (channel.incoming.state !== 'open') onViolation('the server sent data behind the end of the output');
      else original(self, recipient as never, data as never, ...rest);
    });
  }
  wrap(handlers, 'CHANNEL_OPEN_CONFIRMATION', (original) => (self, info: { recipient: number; packetSize: number }) => {
    if (typeof channels._channels[info.recipient] !== 'function') {
      onViolation('the server opened a channel that nobody asked for');
    } else if (info.packetSize < SMALLEST_PACKET) {
      onViolation(`the server takes only packets of ${info.packetSize} bytes`);
    } else original(self, info as never);
  });
  wrap(handlers, 'CHANNEL_WINDOW_ADJUST', (original) => (self, recipient: number, amount: number) => {
    const channel = channels._channels[recipient];
    if (isOpenChannel(channel) && channel.outgoing.window + amount > MAX_WINDOW) {
      onViolation('the server allows more than can be counted');
    } else original(self, recipient as never, amount as never);
  });

  let untaken = 0;
  const mayAnswer = () => {
    untaken = socket.writableLength === 0 ? 0 : untaken + 1;
    if (untaken <= MAX_UNTAKEN) return true;
    onViolation('the server asks and does not take the answers');
    return false;
  };
  let unsolicited = 0;
  handlers.CHANNEL_OPEN = (_protocol: unknown, info: { sender: number }) => {
    unsolicited += 1;
    if (unsolicited > MAX_UNSOLICITED) onViolation('the server opens channels that nobody asked for');
    else protocol.channelOpenFail(info.sender, ADMINISTRATIVELY_PROHIBITED, '');
  };
  handlers.GLOBAL_REQUEST = (_protocol: unknown, _name: unknown, wantsReply: boolean) => {
    if (wantsReply && mayAnswer()) protocol.requestFailure();
  };
  wrap(handlers, 'CHANNEL_REQUEST', (original) => (self, recipient, type, wantsReply: boolean, ...rest) => {
    if (!wantsReply || mayAnswer()) original(self, recipient, type, wantsReply as never, ...rest);
  });

  // Both outputs of a channel share one window: reading one must not make room for more of the other, which nobody reads.
  const adjust = protocol.channelWindowAdjust.bind(protocol);
  protocol.channelWindowAdjust = (id, amount) => {
    const channel = findChannel(channels._channels, id);
    const isFull = Math.max(channel?.readableLength ?? 0, channel?.stderr.readableLength ?? 0) >= BUFFERED_LIMIT;
    if (channel === undefined || !isFull) {
      adjust(id, amount);
      return;
    }
    channel.incoming.window -= amount;
    channel._waitChanDrain = true;
  };
}
