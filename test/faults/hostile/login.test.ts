import { expect } from 'vitest';
import type { Prompts } from '../../../src/transport/transport.ts';
import { message, SSH, sendPayload } from '../../fixtures/ssh-packets.ts';
import { connectTo } from '../../fixtures/sshd-client.ts';
import { type HostileOptions, startHostileServer } from '../../fixtures/sshd-hostile.ts';
import { fault } from '../fault.ts';
import { calm, ending } from './calm.ts';
import { clientFor, serverFor, WAYS } from './flight.ts';

/** A person who answers everything, and what was asked. */
function willing(): { readonly prompts: Prompts; readonly asked: string[] } {
  const asked: string[] = [];
  const answer = async (prompt: string) => {
    asked.push(prompt);
    return 'hunter2';
  };
  return { asked, prompts: { askSecret: answer, askLine: answer } };
}

interface Case {
  readonly what: string;
  readonly server: Partial<HostileOptions>;
  readonly code?: string;
  readonly message: RegExp;
  /** What the server may get to see of us. */
  readonly attempts: readonly string[];
  /** How often the person may be asked. */
  readonly questions?: number;
}

/** Answers each login by hand. */
function answering(act: (send: (payload: Buffer) => void, method: string) => void): Partial<HostileOptions> {
  return { onLogin: (method, privates) => act((payload) => sendPayload(privates, payload), method) };
}

const pump = (send: (payload: Buffer) => void, payload: Buffer, times: number) => {
  for (let count = 0; count < times; count += 1) send(payload);
};

const question = message(SSH.QUESTION, '', '', '', 1, 'Enter your GitHub password: ', false);
const noQuestion = message(SSH.QUESTION, '', '', '', 0);
const LOGIN = /^Cannot log in to "hostile"/;
const CUT = /^The connection to "hostile" .* was cut off: /;

const CASES: readonly Case[] = [
  {
    what: 'rejects everything',
    server: { authenticate: (context) => context.reject(['publickey', 'keyboard-interactive', 'password']) },
    message: LOGIN,
    attempts: ['publickey', 'keyboard-interactive', 'password', 'password', 'password'],
    questions: 3,
  },
  {
    what: 'allows nothing any more',
    server: { authenticate: (context) => context.reject([]) },
    message: LOGIN,
    attempts: ['publickey'],
  },
  {
    what: 'names methods that there are not',
    server: {
      authenticate: (context) => context.reject(['none', 'hostbased', 'gssapi-with-mic', '\x1b]0;x\x07'] as never),
    },
    message: LOGIN,
    attempts: ['publickey'],
  },
  {
    what: 'takes the key in part, again and again',
    server: { authenticate: (context) => context.reject(['publickey'], true) },
    message: /the server wants more than a key/,
    attempts: ['publickey'],
  },
  {
    what: 'asks for a password of something else 50 times',
    server: answering((send, method) => {
      if (method === 'publickey') send(message(SSH.FAILURE, 'keyboard-interactive', false));
      else pump(send, question, 50);
    }),
    code: 'connect/protocol',
    message: CUT,
    attempts: ['publickey', 'keyboard-interactive'],
    questions: 1,
  },
  {
    what: 'asks 100 things at once',
    server: answering((send, method) => {
      const many = Array.from({ length: 100 }, (_, index) => [`q${index}`, false] as const).flat();
      if (method === 'publickey') send(message(SSH.FAILURE, 'keyboard-interactive', false));
      else send(message(SSH.QUESTION, '', '', '', 100, ...many));
    }),
    message: /asks too many questions/,
    attempts: ['publickey', 'keyboard-interactive'],
  },
  {
    what: 'says that it asks four thousand million things',
    server: answering((send, method) => {
      if (method === 'publickey') send(message(SSH.FAILURE, 'keyboard-interactive', false));
      else send(message(SSH.QUESTION, '', '', '', 0xffff_ffff));
    }),
    code: 'connect/protocol',
    message: /Malformed USERAUTH_INFO_REQUEST/,
    attempts: ['publickey', 'keyboard-interactive'],
  },
  {
    what: 'goes on with rounds without a question',
    server: {
      behave: (_connection, privates) => {
        privates._protocol._handlers.USERAUTH_INFO_RESPONSE = () => sendPayload(privates, noQuestion);
      },
      onLogin: (method, privates) =>
        sendPayload(
          privates,
          method === 'publickey' ? message(SSH.FAILURE, 'keyboard-interactive', false) : noQuestion,
        ),
    },
    code: 'connect/protocol',
    message: /asks without end/,
    attempts: ['publickey', 'keyboard-interactive'],
  },
  {
    what: 'would take the key, again and again',
    server: answering((send) => send(message(SSH.QUESTION, 'ecdsa-sha2-nistp256', 'x'))),
    code: 'connect/protocol',
    message: /an answer|a login that was not sent/,
    attempts: ['publickey'],
  },
  {
    what: 'asks things before it was asked to',
    server: answering((send) => send(question)),
    code: 'connect/protocol',
    message: /Malformed USERAUTH_PK_OK|login that was not sent/,
    attempts: ['publickey'],
  },
  {
    what: 'refuses a thousand times what was sent once',
    server: answering((send) => pump(send, message(SSH.FAILURE, 'keyboard-interactive,password', false), 1_000)),
    code: 'connect/protocol',
    message: CUT,
    attempts: ['publickey'],
  },
  {
    what: 'accepts what was not sent',
    server: {
      behave: (_connection, privates) => {
        privates._protocol._handlers.SERVICE_REQUEST = () => sendPayload(privates, message(SSH.SUCCESS));
      },
    },
    code: 'connect/protocol',
    message: CUT,
    attempts: [],
  },
  {
    what: 'lets the login begin twice',
    server: answering((send) => pump(send, message(SSH.SERVICE_ACCEPT, 'ssh-userauth'), 2)),
    code: 'connect/protocol',
    message: CUT,
    attempts: ['publickey'],
  },
  {
    what: 'has another service',
    server: {
      behave: (_connection, privates) => {
        privates._protocol._handlers.SERVICE_REQUEST = () =>
          sendPayload(privates, message(SSH.SERVICE_ACCEPT, 'ssh-connection'));
      },
    },
    code: 'connect/protocol',
    message: CUT,
    attempts: [],
  },
  {
    what: 'wants another password first',
    server: answering((send, method) => {
      if (method === 'publickey') send(message(SSH.FAILURE, 'password', false));
      else send(message(SSH.QUESTION, 'your old one', ''));
    }),
    message: /password to be changed first/,
    attempts: ['publickey', 'password'],
    questions: 1,
  },
  {
    what: 'logs in to us',
    server: answering((send) => pump(send, message(50, 'root', 'ssh-connection', 'x'.repeat(30_000)), 40)),
    code: 'connect/protocol',
    message: /spoke like a client/,
    attempts: ['publickey'],
  },
  {
    what: 'shows banners without an end',
    server: answering((send) => pump(send, message(SSH.BANNER, 'x'.repeat(30_000), ''), 80)),
    code: 'connect/protocol',
    message: /banners without end/,
    attempts: ['publickey'],
  },
  {
    what: 'opens a channel in the middle of the login',
    server: answering((send) => send(message(SSH.OPEN, 'session', 0, 100, 100))),
    code: 'connect/protocol',
    message: /before it let us in/,
    attempts: ['publickey'],
  },
  {
    what: 'tells its extensions for ever',
    server: answering((send) => pump(send, message(SSH.EXT_INFO, 1, 'server-sig-algs', 'x'), 100)),
    code: 'connect/protocol',
    message: /again and again/,
    attempts: ['publickey'],
  },
  {
    what: 'shows a banner that would act on the terminal',
    server: {
      banner: '\x1b]8;;http://evil\x07click\x1b]8;;\x07 \x1b[2J\u202egnp.exe\u0000 \x9b31m',
      authenticate: (context) => context.reject(['publickey']),
    },
    message: /^[^\p{Cc}\p{Cf}]*the server says "click gnp\.exe.*"[^\p{Cc}\p{Cf}]*$/u,
    attempts: ['publickey'],
  },
];

for (const way of WAYS) {
  for (const { what, server: options, code = 'connect/denied', message: expected, attempts, questions = 0 } of CASES) {
    fault('T11', `(${way}) a server that ${what} gets no more than it may`, async () => {
      const quiet = calm();
      const person = willing();
      {
        await using server = await startHostileServer({
          behave: () => {},
          lines: ['ConnectTimeout 10'],
          ...serverFor(way),
          ...options,
        });
        await using client = clientFor(way, server, { prompts: person.prompts });
        expect(await ending(client.open('hostile', 'true'), 15_000)).toMatchObject({
          code,
          message: expect.stringMatching(expected),
        });
        // In one flight the key is on its way before anything comes back.
        expect(server.attempts).toEqual(way === 'first' || attempts.length > 0 ? attempts : ['publickey']);
        expect(person.asked.length).toBeLessThanOrEqual(questions);
      }
      await quiet.isBack();
    });
  }
}

for (const [what, payload] of Object.entries({
  'refuses the login that it has accepted': message(SSH.FAILURE, 'password', false),
  'accepts it again': message(SSH.SUCCESS),
  'begins it anew': message(SSH.SERVICE_ACCEPT, 'ssh-userauth'),
})) {
  fault('T11', `a server that ${what}, in mid-run, is left; nobody is asked for anything`, async () => {
    const person = willing();
    await using server = await startHostileServer({
      behave: (connection, privates) =>
        connection.on('ready', () =>
          connection.on('session', (accept) =>
            accept().on('exec', (start) => {
              start().write('hello');
              sendPayload(privates, payload);
            }),
          ),
        ),
    });
    await using client = connectTo(server.configFile, { prompts: person.prompts });
    expect(await ending(client.open('hostile', 'true'), 15_000)).toMatchObject({
      code: 'disconnected',
      message: expect.stringMatching(CUT),
      stdout: 'hello',
    });
    expect(person.asked).toEqual([]);
    expect(server.attempts).toEqual(['publickey']);
  });
}
