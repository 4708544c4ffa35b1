import kex from 'ssh2/lib/protocol/kex.js';
import { expect } from 'vitest';
import { type KexOffer, kexInit } from '../../fixtures/ssh-kexinit.ts';
import { message, plainPacket, SSH } from '../../fixtures/ssh-packets.ts';
import { connectTo } from '../../fixtures/sshd-client.ts';
import { startHostileServer, startRawServer } from '../../fixtures/sshd-hostile.ts';
import { fault } from '../fault.ts';
import { calm, ending } from './calm.ts';
import { slipIn } from './slip-in.ts';

/** One by one, each the only thing of its kind that a server has. */
const WEAK: Readonly<Record<keyof KexOffer, readonly string[]>> = {
  kex: [
    'diffie-hellman-group1-sha1',
    'diffie-hellman-group14-sha1',
    'diffie-hellman-group-exchange-sha1',
    'diffie-hellman-group-exchange-sha256',
    'kex-strict-s-v00@openssh.com',
    'none',
    '',
  ],
  hostKey: ['ssh-rsa', 'ssh-dss', 'ssh-rsa-cert-v01@openssh.com', 'null', ''],
  cipher: [
    '3des-cbc',
    'aes128-cbc',
    'aes192-cbc',
    'aes256-cbc',
    'blowfish-cbc',
    'cast128-cbc',
    'arcfour',
    'arcfour256',
    'none',
  ],
  mac: [
    'hmac-md5',
    'hmac-md5-96',
    'hmac-sha1',
    'hmac-sha1-96',
    'hmac-sha1-etm@openssh.com',
    'hmac-ripemd160',
    'umac-64@openssh.com',
    'none',
  ],
  compress: ['zlib', 'zlib@openssh.com'],
};

const KINDS: Readonly<Record<string, RegExp>> = {
  kex: /no key exchange algorithm in common$|no kex/i,
  hostKey: /no host key format in common$/i,
  cipher: /no .*cipher in common$/i,
  mac: /no .*MAC in common$/i,
  compress: /no .*compression in common$/i,
};

for (const [kind, names] of Object.entries(WEAK)) {
  fault('T12', `a server with no ${kind} but a weak one is not spoken to: ${names.length} of them`, async () => {
    const quiet = calm();
    for (const name of names) {
      // Codes behind a cipher that needs one.
      const offer = { ...(kind === 'mac' ? { cipher: 'aes128-ctr' } : {}), [kind]: name };
      await using server = await startRawServer((socket) => {
        socket.write('SSH-2.0-Old_1\r\n');
        socket.write(plainPacket(kexInit(offer)));
        socket.resume();
      });
      await using client = connectTo(server.configFile);
      expect({ name, ...(await ending(client.open('hostile', 'true'), 10_000)) }).toMatchObject({
        code: 'connect/algorithms',
        message: expect.stringMatching(KINDS[kind] ?? /^$/),
      });
    }
    await quiet.isBack();
  });
}

/** What is slipped into what the server says, before or behind its offer. */
const SLIPPED: Readonly<Record<string, Buffer>> = {
  IGNORE: message(SSH.IGNORE, ''),
  DEBUG: message(SSH.DEBUG, false, 'x', ''),
  UNIMPLEMENTED: message(SSH.UNIMPLEMENTED, 0),
  'an unknown message': message(192, 'x'),
};

for (const [name, payload] of Object.entries(SLIPPED)) {
  for (const behind of [0, 1, 2] as const) {
    const place = ['in front of the offer', 'behind the offer', 'behind the key'][behind];
    fault('T12', `Terrapin: ${name} that somebody on the way slips in ${place} ends the connection`, async () => {
      await using proxy = slipIn(plainPacket(payload), behind);
      await using server = await startHostileServer({ behave: () => {}, through: proxy.through });
      await using client = connectTo(server.configFile);
      const end = await ending(client.open('hostile', 'true'), 10_000);
      expect(end).toMatchObject({ code: 'connect/protocol' });
      expect(server.attempts).toEqual([]);
    });
  }
}

fault('T12', 'ChaCha20 is used with a strict key exchange, and refused without', async () => {
  for (const isStrict of [true, false]) {
    await using server = await startHostileServer({
      algorithms: { cipher: ['chacha20-poly1305@openssh.com'] },
      behave: (connection, privates) => {
        if (!isStrict) forgetStrict(privates._protocol, ['chacha20-poly1305@openssh.com']);
        connection.on('ready', () =>
          connection.on('session', (accept) =>
            accept().on('exec', (start) => {
              const channel = start();
              channel.exit(0);
              channel.end();
            }),
          ),
        );
      },
    });
    await using client = connectTo(server.configFile);
    const end = await ending(client.open('hostile', 'true'), 10_000);
    expect(end.code).toBe(isStrict ? 'exited' : 'connect/algorithms');
    if (!isStrict) expect(end.message).toMatch(/Terrapin/);
    expect(server.attempts.length > 0).toBe(isStrict);
  }
});

fault('T12', 'a server without strict key exchange is used with what is not open to the attack', async () => {
  await using server = await startHostileServer({
    algorithms: { cipher: ['chacha20-poly1305@openssh.com', 'aes256-ctr'] },
    behave: (_connection, privates) =>
      forgetStrict(privates._protocol, ['chacha20-poly1305@openssh.com', 'aes256-ctr']),
    authenticate: (context) => context.reject(),
  });
  await using client = connectTo(server.configFile);
  expect(await ending(client.open('hostile', 'true'), 10_000)).toMatchObject({ code: 'connect/denied' });
});

/** As a server from before strict key exchange. */
function forgetStrict(protocol: object, cipher: readonly string[]): void {
  Object.assign(protocol, {
    _strictMode: false,
    _offer: new kex.KexInit({
      kex: ['curve25519-sha256'],
      serverHostKey: ['ecdsa-sha2-nistp256'],
      ...bothWays({
        cipher,
        mac: ['hmac-sha2-256'],
        compress: ['none'],
        lang: [],
      }),
    }),
  });
}

function bothWays<T>(lists: T): { readonly cs: T; readonly sc: T } {
  return { cs: lists, sc: lists };
}
