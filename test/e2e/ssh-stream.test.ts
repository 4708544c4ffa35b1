import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { sshConfig, startSshd } from '../fixtures/sshd.ts';
import { connectTo } from '../fixtures/sshd-client.ts';

const COUNT = 1_200_000;

/** Reads as a session does: each piece when it comes, and nothing of it is kept. */
async function hashAtOnce(stdout: Readable): Promise<string> {
  const hash = createHash('sha256');
  stdout.on('data', (chunk: Buffer) => hash.update(chunk));
  await once(stdout, 'end');
  return hash.digest('hex');
}

/** Reads more slowly than a server sends, so that pieces wait in every buffer on the way. */
async function hashSlowly(stdout: Readable): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of stdout) {
    await turn();
    hash.update(chunk);
  }
  return hash.digest('hex');
}

/** Reads as a session does, with pauses. */
async function hashWithPauses(stdout: Readable): Promise<string> {
  const hash = createHash('sha256');
  let pieces = 0;
  stdout.on('data', (chunk: Buffer) => {
    hash.update(chunk);
    pieces += 1;
    if (pieces % 5 !== 0) return;
    stdout.pause();
    setImmediate(() => stdout.resume());
  });
  await once(stdout, 'end');
  return hash.digest('hex');
}

test.each(['aes128-gcm@openssh.com', 'aes256-gcm@openssh.com', 'aes256-ctr', 'chacha20-poly1305@openssh.com'])(
  'with %s every byte comes, in order, however it is read, over jump hosts and new keys',
  async (cipher) => {
    const config = [`Ciphers ${cipher}`, 'RekeyLimit 4M'];
    await using server = await startSshd({ config });
    await using jump = await startSshd({ config, address: '127.0.0.2' });
    const ways: readonly [alias: string, lines: string[], read: (stdout: Readable) => Promise<string>][] = [
      ['at-once', [], hashAtOnce],
      ['slowly', [], hashSlowly],
      ['with-pauses', [], hashWithPauses],
      ['jumping', ['ProxyJump jump'], hashAtOnce],
      ['commanded', ['ProxyCommand socat - TCP:%h:%p'], hashAtOnce],
    ];
    const hosts = ways.map(([alias, lines]) => ({ alias, server, lines }));
    await using client = connectTo(sshConfig(server.folder, [{ alias: 'jump', server: jump }, ...hosts]));
    // Each its own numbers: what belongs to another is found.
    const numbers = ways.map((_way, index) => [index, ways.length, ways.length * COUNT]);
    const found = await Promise.all(
      ways.map(async ([alias, , read], index) => {
        const process = await client.open(alias, `seq ${numbers[index]?.join(' ')}`);
        process.stdin.end();
        return await read(process.stdout);
      }),
    );
    const expected = numbers.map(([from = 0, step = 1, to = 0]) => {
      const hash = createHash('sha256');
      for (let number = from; number <= to; number += step) hash.update(`${number}\n`);
      return hash.digest('hex');
    });
    expect(found).toEqual(expected);
  },
);
