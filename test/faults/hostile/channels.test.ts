import { once } from 'node:events';
import { expect } from 'vitest';
import { message, SSH, sendPayload, uint32 } from '../../fixtures/ssh-packets.ts';
import { connectTo } from '../../fixtures/sshd-client.ts';
import { type ServerPrivates, startHostileServer } from '../../fixtures/sshd-hostile.ts';
import { fault } from '../fault.ts';
import { calm, ending } from './calm.ts';
import { clientFor, serverFor, WAYS } from './flight.ts';

/** What a server does with the channel, whose number is 0 here, in which a command runs. */
type Attack = (send: (payload: Buffer) => void, privates: ServerPrivates) => void;

/** More than a connection takes that nobody reads. */
const AHEAD = Buffer.alloc(16_000_000);

interface Case {
  readonly what: string;
  readonly attack: Attack;
  readonly ends: { readonly code: string; readonly message?: RegExp; readonly stdout?: string };
}

const block = Buffer.alloc(32_000, 'x');
const data = (channel: number, bytes: Buffer | string = block) => message(SSH.DATA, channel, bytes);
const extended = (channel: number, type: number, bytes: Buffer | string = block) =>
  message(SSH.EXTENDED_DATA, channel, type, bytes);
const request = (name: string, wantsReply: boolean, ...rest: (number | string | boolean)[]) =>
  message(SSH.CHANNEL_REQUEST, 0, name, wantsReply, ...rest);
const exit = (code: number) => request('exit-status', false, code);
const done = [exit(0), message(SSH.EOF, 0), message(SSH.CLOSE, 0)];
const times = (count: number, ...payloads: readonly Buffer[]): Attack => {
  return (send) => {
    for (let index = 0; index < count; index += 1) for (const payload of payloads) send(payload);
  };
};
const all = (...payloads: readonly Buffer[]) => times(1, ...payloads);

/** As much as the socket takes, until the connection is gone. */
const endless =
  (payload: Buffer): Attack =>
  (send, { _sock: socket }) => {
    const pump = () => {
      for (let count = 0; count < 500 && socket.writableLength < 100_000; count += 1) send(payload);
      if (!socket.destroyed) setImmediate(pump);
    };
    pump();
  };

const cut = (message: RegExp) => ({ code: 'disconnected', message });
const NOTHING = { code: 'exited', message: /"code":0/ };

const CASES: readonly Case[] = [
  { what: 'data for a channel that was never opened', attack: all(data(7)), ends: cut(/not open$/) },
  { what: 'error output for a channel that was never opened', attack: all(extended(7, 1)), ends: cut(/not open$/) },
  { what: 'data behind its close', attack: all(message(SSH.CLOSE, 0), data(0)), ends: cut(/not open$|without saying/) },
  { what: 'data behind its end', attack: all(message(SSH.EOF, 0), data(0, 'x')), ends: cut(/behind the end/) },
  {
    what: 'error output behind its end',
    attack: all(message(SSH.EOF, 0), extended(0, 1, 'x')),
    ends: cut(/behind the end/),
  },
  { what: 'empty data behind its end', attack: all(message(SSH.EOF, 0), data(0, '')), ends: cut(/behind the end/) },
  { what: 'its end twice', attack: all(message(SSH.EOF, 0), message(SSH.EOF, 0), ...done), ends: NOTHING },
  { what: 'its close twice', attack: all(...done, message(SSH.CLOSE, 0)), ends: NOTHING },
  {
    what: 'its close without an end',
    attack: all(exit(3), message(SSH.CLOSE, 0)),
    ends: { code: 'exited', message: /3/ },
  },
  { what: 'its close and no word how it ended', attack: all(message(SSH.CLOSE, 0)), ends: cut(/without saying how/) },
  { what: 'two ends of the command', attack: all(exit(0), exit(7), ...done), ends: NOTHING },
  {
    what: 'an unknown kind of output',
    attack: all(extended(0, 2, 'x'), extended(0, 0xffff_ffff, 'x'), ...done),
    ends: { ...NOTHING, stdout: '' },
  },
  {
    what: 'a signal that would act on the terminal',
    attack: all(
      request('exit-signal', false, '\x1b]0;x\x07KILL\u202e\n✔ prod: success', false, '', ''),
      message(SSH.CLOSE, 0),
    ),
    ends: { code: 'signalled', message: /^\{"kind":"signalled","signal":"SIGKILL ✔ prod: success"\}$/ },
  },
  {
    what: 'a signal with an endless name',
    attack: all(request('exit-signal', false, 'K'.repeat(30_000), false, '', ''), message(SSH.CLOSE, 0)),
    ends: { code: 'signalled', message: /^.{1,80}$/ },
  },
  { what: 'a signal cut short', attack: all(request('exit-signal', false, 'KILL')), ends: cut(/Malformed/) },
  { what: 'an exit code cut short', attack: all(request('exit-status', false)), ends: cut(/Malformed/) },
  {
    what: 'a window beyond all numbers',
    attack: times(3, message(SSH.WINDOW_ADJUST, 0, 0xffff_ffff)),
    ends: cut(/more than can be counted/),
  },
  { what: 'windows without an end', attack: endless(message(SSH.WINDOW_ADJUST, 0, 0x1000_0000)), ends: cut(/counted/) },
  { what: 'a window that is no number', attack: all(message(SSH.WINDOW_ADJUST, 0)), ends: cut(/Malformed/) },
  {
    what: 'data that is shorter than it says',
    attack: all(Buffer.concat([message(SSH.DATA, 0), uint32(900)])),
    ends: cut(/Malformed/),
  },
  {
    what: 'a channel that was opened already',
    attack: all(message(SSH.OPEN_CONFIRMATION, 0, 0, 9, 9)),
    ends: cut(/nobody asked for/),
  },
  {
    what: 'a channel that nobody asked for',
    attack: all(message(SSH.OPEN_CONFIRMATION, 5, 0, 9, 9)),
    ends: cut(/nobody asked for/),
  },
  {
    what: 'a refusal of a channel that nobody asked for',
    attack: all(message(SSH.OPEN_FAILURE, 5, 1, '', ''), ...done),
    ends: NOTHING,
  },
  {
    what: 'a refusal of a channel that is open',
    attack: all(message(SSH.OPEN_FAILURE, 0, 1, '', ''), ...done),
    ends: NOTHING,
  },
  {
    what: 'answers that nobody waits for',
    attack: all(
      message(SSH.CHANNEL_SUCCESS, 0),
      message(SSH.CHANNEL_FAILURE, 0),
      message(SSH.CHANNEL_FAILURE, 9),
      message(SSH.REQUEST_SUCCESS),
      message(SSH.REQUEST_FAILURE),
      ...done,
    ),
    ends: NOTHING,
  },
  {
    what: 'unknown messages',
    attack: all(Buffer.from([255]), Buffer.from([101, 1]), Buffer.from([0]), ...done),
    ends: NOTHING,
  },
  {
    what: 'a key exchange message out of place',
    attack: all(Buffer.from([30, 0, 0]), Buffer.from([SSH.NEWKEYS]), ...done),
    ends: NOTHING,
  },
  {
    what: 'a goodbye, and stays',
    attack: all(message(SSH.DISCONNECT, 11, '\x1b[2Jbye', '')),
    ends: cut(/was closed by the server$/),
  },
  {
    what: 'a goodbye with a reason',
    attack: all(message(SSH.DISCONNECT, 2, '\x1b[2Jfed up\u202e', '')),
    ends: cut(/(?:was lost: |said ")fed up"?$/),
  },
  ...[message(SSH.GLOBAL_REQUEST, 'keepalive@openssh.com', true), request('keepalive@openssh.com', true)].map(
    (question, index): Case => ({
      what: `questions without an end, whose answers it does not read (${index + 1})`,
      attack: (send, privates) => {
        privates._sock.pause();
        // What we have to send fills the line, and the answers wait behind it.
        send(message(SSH.WINDOW_ADJUST, 0, 100_000_000));
        endless(question)(send, privates);
      },
      ends: cut(/does not take the answers/),
    }),
  ),
  ...[
    'x11',
    'auth-agent@openssh.com',
    'forwarded-tcpip',
    'forwarded-streamlocal@openssh.com',
    'session',
    'direct-tcpip',
    'tun@openssh.com',
    '',
  ].map(
    (kind): Case => ({
      what: `2,000 channels of the kind "${kind}"`,
      attack: (send) => {
        const rest = kind === 'x11' ? ['1.1.1.1', 1] : ['1.1.1.1', 1, '2.2.2.2', 2];
        for (let index = 0; index < 2_000; index += 1) send(message(SSH.OPEN, kind, index, 1_000_000, 30_000, ...rest));
      },
      ends: cut(/channels that nobody asked for$/),
    }),
  ),
];

for (const way of WAYS) {
  for (const { what, attack, ends } of CASES) {
    fault(['T13', 'T14'], `(${way}) a server that sends ${what}`, async () => {
      const quiet = calm();
      {
        await using server = await startHostileServer({
          ...serverFor(way),
          behave: (connection, privates) =>
            connection.on('ready', () =>
              connection.on('session', (accept) =>
                accept().on('exec', (start) => {
                  start();
                  attack((payload) => sendPayload(privates, payload), privates);
                }),
              ),
            ),
        });
        await using client = clientFor(way, server);
        const end = await ending(client.open('hostile', 'true', { ahead: AHEAD }), 60_000);
        expect(end).toMatchObject({
          code: ends.code,
          ...(ends.message ? { message: expect.stringMatching(ends.message) } : {}),
          ...(ends.stdout === undefined ? {} : { stdout: ends.stdout }),
        });
      }
      await quiet.isBack();
    });
  }
}

for (const [what, packetSize] of [
  ['no byte', 0],
  ['one byte', 1],
  ['255 bytes', 255],
] as const) {
  fault('T13', `a server that takes packets of ${what} does not keep us busy for ever`, async () => {
    await using server = await startHostileServer({
      behave: (_connection, privates) => {
        privates._protocol._handlers.CHANNEL_OPEN = () =>
          sendPayload(privates, message(SSH.OPEN_CONFIRMATION, 0, 0, 1_000_000, packetSize));
      },
    });
    await using client = connectTo(server.configFile);
    const end = await ending(client.open('hostile', 'true', { ahead: Buffer.alloc(100_000) }), 15_000);
    expect(end).toMatchObject({
      code: 'connect/closed',
      message: expect.stringMatching(/cut off: .*takes only packets of/),
    });
  });
}

for (const stream of ['stdout', 'stderr'] as const) {
  fault(
    'T13',
    `a server that ignores flow control on ${stream} is cut off before it fills the memory, and another goes on`,
    async () => {
      await using good = await startHostileServer({
        behave: (connection) =>
          connection.on('ready', () =>
            connection.on('session', (accept) =>
              accept().on('exec', (start) => {
                const channel = start();
                channel.pipe(channel);
              }),
            ),
          ),
      });
      await using server = await startHostileServer({
        behave: (connection, privates) =>
          connection.on('ready', () =>
            connection.on('session', (accept) =>
              accept().on('exec', (start) => {
                start();
                endless(stream === 'stdout' ? data(0) : extended(0, 1))(
                  (payload) => sendPayload(privates, payload),
                  privates,
                );
              }),
            ),
          ),
      });
      await using client = connectTo(server.configFile);
      await using other = connectTo(good.configFile);
      const sibling = await other.open('hostile', 'cat');
      const quiet = calm();
      const process = await client.open('hostile', 'true');
      // Nobody reads, until the connection is gone.
      const began = performance.now();
      await once(process.stdin, 'close', { signal: AbortSignal.timeout(5_000) });
      expect(performance.now() - began).toBeLessThan(5_000);
      await quiet.isBack();
      process.stdout.resume();
      process.stderr.resume();
      expect(await process.exited).toEqual({
        kind: 'disconnected',
        message: expect.stringMatching(/cut off: the server sent more than it was allowed to$/),
      });
      sibling.stdin.write('still here');
      expect(String((await once(sibling.stdout, 'data'))[0])).toBe('still here');
      sibling.close();
    },
  );
}
