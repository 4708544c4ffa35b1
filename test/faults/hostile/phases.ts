import type { Socket } from 'node:net';
import type { Connection } from 'ssh2';
import { kexInit } from '../../fixtures/ssh-kexinit.ts';
import { message, plainPacket, SSH, sendPayload } from '../../fixtures/ssh-packets.ts';
import {
  type HostileServer,
  type ServerPrivates,
  startHostileServer,
  startRawServer,
} from '../../fixtures/sshd-hostile.ts';

/** What a server does when it has come as far as a phase. */
export type Mode = 'stall' | 'drip' | 'endless' | 'garbage' | 'close' | 'reset';

/** What is asked of the process that has the servers, and what it answers. */
export interface Asked {
  readonly id: number;
  readonly phase: string;
  readonly mode: Mode;
}
export interface Started {
  readonly id: number;
  readonly configFile: string;
}

/** The client's ConnectTimeout in the tests of phases. */
export const CONNECT_SECONDS = 2;

const LINES = [`ConnectTimeout ${CONNECT_SECONDS}`, 'ServerAliveInterval 1', 'ServerAliveCountMax 2'];

/** How a server comes as far as that and then turns bad. */
export const PHASES: Readonly<Record<string, (mode: Mode) => Promise<HostileServer>>> = {
  'before it says what it speaks': (mode) =>
    raw((socket) =>
      act(mode, socket, { word: () => Buffer.from('welcome\r\n'.repeat(1_000)), first: Buffer.from('w') }),
    ),
  'before its offer': (mode) =>
    raw((socket) => {
      socket.write('SSH-2.0-Bad_1\r\n');
      act(mode, socket, { word: () => plainPacket(message(SSH.IGNORE, 'x'.repeat(1_000))), first: Buffer.from([0]) });
    }),
  'before its key': (mode) =>
    raw((socket) => {
      socket.write('SSH-2.0-Bad_1\r\n');
      socket.write(plainPacket(kexInit({ kex: 'curve25519-sha256' })));
      act(mode, socket, { word: () => plainPacket(message(SSH.IGNORE, 'x'.repeat(1_000))), first: Buffer.from([0]) });
    }),
  'before it lets us begin the login': (mode) =>
    ssh(mode, (_connection, { _protocol: { _handlers } }, turn) => {
      _handlers.SERVICE_REQUEST = turn;
    }),
  'in the login': (mode) =>
    ssh(mode, (_connection, { _protocol: { _handlers } }, turn) => {
      _handlers.USERAUTH_REQUEST = turn;
    }),
  'before it opens a channel': (mode) =>
    ssh(mode, (_connection, { _protocol: { _handlers } }, turn) => {
      _handlers.CHANNEL_OPEN = turn;
    }),
  'before it takes the command': (mode) =>
    ssh(mode, (connection, { _protocol: { _handlers } }, turn) => {
      connection.on('ready', () => connection.on('session', (accept) => accept()));
      _handlers.CHANNEL_REQUEST = turn;
    }),
  'while the command runs': (mode) =>
    ssh(mode, (connection, _privates, turn) => {
      connection.on('ready', () =>
        connection.on('session', (accept) =>
          accept().on('exec', (start) => {
            start();
            turn();
          }),
        ),
      );
    }),
};

function raw(talk: (socket: Socket) => void): Promise<HostileServer> {
  return startRawServer(
    (socket) => {
      socket.resume();
      talk(socket);
    },
    { lines: LINES },
  );
}

function ssh(
  mode: Mode,
  prepare: (connection: Connection, privates: ServerPrivates, turn: () => void) => void,
): Promise<HostileServer> {
  return startHostileServer({
    lines: LINES,
    behave: (connection, privates) => {
      prepare(connection, privates, () => {
        const { _sock: socket } = privates;
        // From here on nothing that the client says is answered.
        privates._protocol.parse = () => {};
        const ignore = () => sendPayload(privates, message(SSH.IGNORE, 'x'.repeat(1_000)));
        act(mode, socket, { send: ignore });
      });
    },
  });
}

interface Words {
  /** One more valid piece of nothing, in clear text. */
  readonly word?: () => Buffer;
  /** What is dripped: the beginning of something that never ends. */
  readonly first?: Buffer;
  /** Sends one more valid piece of nothing. */
  readonly send?: () => void;
}

function act(mode: Mode, socket: Socket, { word, first, send }: Words): void {
  const say = send ?? (() => socket.write(word?.() ?? ''));
  switch (mode) {
    case 'stall':
      return;
    case 'drip': {
      const timer = setInterval(() => (first ? socket.write(first) : say()), 100);
      socket.on('close', () => clearInterval(timer));
      return;
    }
    case 'endless': {
      const pump = () => {
        // A socket that has ended takes nothing, and says that it has room.
        while (socket.writable && socket.writableLength < 100_000) say();
        if (socket.writable) setImmediate(pump);
      };
      return pump();
    }
    case 'garbage':
      socket.write(Buffer.from(Array.from({ length: 100_000 }, (_, index) => (index * 167 + 13) % 251)));
      return;
    case 'close':
      socket.end();
      return;
    case 'reset':
      socket.resetAndDestroy();
      return;
    default:
      return mode satisfies never;
  }
}
