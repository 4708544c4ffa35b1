import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { sshConfig, startSshd } from '../fixtures/sshd.ts';
import { connectTo, read } from '../fixtures/sshd-client.ts';

test('open() starts a command with the bytes ahead on its stdin', async () => {
  await using server = await startSshd();
  await using client = connectTo(sshConfig(server.folder, [{ alias: 'web', server }]));
  const process = await client.open('web', 'cat; echo done >&2; exit 7', { ahead: Buffer.from('hello ') });
  process.stdin.end('world');
  expect(await read(process)).toEqual({ stdout: 'hello world', stderr: 'done\n', exit: { kind: 'exited', code: 7 } });
  expect([server.connections(), server.sessions()]).toEqual([1, 1]);
});

test('open() carries bytes ahead that are larger than a window, in order', async () => {
  await using server = await startSshd();
  await using client = connectTo(sshConfig(server.folder, [{ alias: 'web', server }]));
  const ahead = Buffer.alloc(5_000_000, 'cronium ');
  const process = await client.open('web', 'sha256sum', { ahead });
  process.stdin.end('!');
  const hash = createHash('sha256').update(ahead).update('!').digest('hex');
  expect((await read(process)).stdout).toBe(`${hash}  -\n`);
});

test('open() shares one connection between commands that start at once', async () => {
  await using server = await startSshd();
  await using client = connectTo(sshConfig(server.folder, [{ alias: 'web', server }]));
  const numbers = Array.from({ length: 8 }, (_, index) => index);
  const outputs = await Promise.all(
    numbers.map(async (number) => {
      const process = await client.open('web', 'cat', { ahead: Buffer.from(`${number}`) });
      process.stdin.end();
      return (await read(process)).stdout;
    }),
  );
  expect(outputs).toEqual(numbers.map(String));
  expect([server.connections(), server.sessions()]).toEqual([1, 8]);
});

test('exited tells the signal that ended the command', async () => {
  await using server = await startSshd();
  await using client = connectTo(sshConfig(server.folder, [{ alias: 'web', server }]));
  const { exit } = await read(await client.open('web', 'kill -TERM $$'));
  expect(exit).toEqual({ kind: 'signalled', signal: 'SIGTERM' });
});

test('open() sends the variables that the configuration names', async () => {
  await using server = await startSshd();
  const lines = ['SetEnv CRONIUM_TEST_A="one two"', 'SendEnv CRONIUM_TEST_B*'];
  await using client = connectTo(sshConfig(server.folder, [{ alias: 'web', server, lines }]), {
    env: { CRONIUM_TEST_B2: 'three', CRONIUM_TEST_C: 'never' },
  });
  const { stdout } = await read(await client.open('web', 'env | grep CRONIUM_TEST | sort'));
  expect(stdout).toBe('CRONIUM_TEST_A=one two\nCRONIUM_TEST_B2=three\n');
});

test('stdout holds a server back while nobody reads', async () => {
  await using server = await startSshd();
  await using client = connectTo(sshConfig(server.folder, [{ alias: 'web', server }]));
  const process = await client.open('web', 'head -c 50000000 /dev/zero; echo end >&2');
  let errors = '';
  process.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  await once(process.stdout, 'readable');
  // The first window fills at once on loopback; more must not come, however long we wait.
  const before = globalThis.process.memoryUsage().rss;
  await delay(1_000);
  expect(errors).toBe('');
  expect(globalThis.process.memoryUsage().rss - before).toBeLessThan(20_000_000);
  let size = 0;
  for await (const chunk of process.stdout) {
    size += chunk.length;
    if (size % 64 === 0) await delay(0);
  }
  expect([size, await process.exited]).toEqual([50_000_000, { kind: 'exited', code: 0 }]);
  expect(errors).toBe('end\n');
});

test('stdout stays bounded while stderr is read', async () => {
  await using server = await startSshd();
  await using client = connectTo(sshConfig(server.folder, [{ alias: 'web', server }]));
  // Both share one window, and reading one must not let the other in.
  const process = await client.open(
    'web',
    'while head -c 100000 /dev/zero && head -c 100000 /dev/zero >&2; do :; done',
  );
  process.stderr.resume();
  const before = globalThis.process.memoryUsage().rss;
  await delay(1_500);
  expect(globalThis.process.memoryUsage().rss - before).toBeLessThan(40_000_000);
  process.close();
  expect((await process.exited).kind).toBe('disconnected');
});

test('stdin tells when the server does not read', async () => {
  await using server = await startSshd();
  await using client = connectTo(sshConfig(server.folder, [{ alias: 'web', server }]));
  const process = await client.open('web', 'read -r line; wc -c');
  const chunk = Buffer.alloc(1_000_000, 'x');
  let sent = 0;
  while (process.stdin.write(chunk)) {
    sent += chunk.length;
    expect(sent).toBeLessThan(20_000_000);
  }
  process.stdin.end('\nabc');
  expect((await read(process)).stdout.trim()).toBe('3');
});

test('exited is disconnected when the server dies in the middle', async () => {
  await using server = await startSshd();
  await using client = connectTo(sshConfig(server.folder, [{ alias: 'web', server }]));
  const process = await client.open('web', 'echo begin; sleep 60');
  await once(process.stdout, 'readable');
  await server.stop();
  const { stdout, exit } = await read(process);
  expect(stdout).toBe('begin\n');
  expect(exit).toEqual({
    kind: 'disconnected',
    message: expect.stringMatching(/^The connection to "web" \(127\.0\.0\.1 port \d+\) was /),
  });
});

test('exited is disconnected when the server falls silent', async () => {
  await using server = await startSshd();
  const lines = ['ServerAliveInterval 1', 'ServerAliveCountMax 2'];
  await using client = connectTo(sshConfig(server.folder, [{ alias: 'web', server, lines }]));
  const process = await client.open('web', 'echo begin; sleep 60');
  await once(process.stdout, 'readable');
  server.freeze();
  const { exit } = await read(process);
  server.thaw();
  expect(exit).toMatchObject({ kind: 'disconnected', message: expect.stringMatching(/no sign of life for 2 s$/) });
});

test('open() connects anew after the connection was lost', async () => {
  await using server = await startSshd();
  await using client = connectTo(sshConfig(server.folder, [{ alias: 'web', server }]));
  const first = await client.open('web', 'kill -KILL $PPID; sleep 5');
  expect((await read(first)).exit.kind).toBe('disconnected');
  const { stdout } = await read(await client.open('web', 'echo again'));
  expect([stdout, server.connections()]).toEqual(['again\n', 2]);
});

test('close() gives the command up, twice', async () => {
  await using server = await startSshd();
  await using client = connectTo(sshConfig(server.folder, [{ alias: 'web', server }]));
  const process = await client.open('web', 'echo begin; sleep 60');
  process.close();
  process.close();
  expect(await process.exited).toEqual({ kind: 'disconnected', message: 'The command was given up' });
  const { stdout } = await read(await client.open('web', 'echo next'));
  expect([stdout, server.connections()]).toEqual(['next\n', 1]);
});

test('open() works on a server that allows one session at a time and names the refusal of a second', async () => {
  await using server = await startSshd({ config: ['MaxSessions 1'] });
  await using client = connectTo(sshConfig(server.folder, [{ alias: 'web', server }]));
  const first = await client.open('web', 'cat');
  await expect(client.open('web', 'true')).rejects.toMatchObject({
    code: 'connect/channel',
    message: expect.stringContaining('the server refused (open failed)'),
  });
  first.stdin.end();
  expect((await read(first)).exit).toEqual({ kind: 'exited', code: 0 });
});

test("a stream survives the server's rekeying", async () => {
  await using server = await startSshd({ config: ['RekeyLimit 1M'] });
  await using client = connectTo(sshConfig(server.folder, [{ alias: 'web', server }]));
  const process = await client.open(
    'web',
    'head -c 20000000 /dev/zero | tr "\\0" x | sha256sum; head -c 20000000 /dev/zero',
  );
  const hash = createHash('sha256').update(Buffer.alloc(20_000_000, 'x')).digest('hex');
  const { stdout, exit } = await read(process);
  expect(exit).toEqual({ kind: 'exited', code: 0 });
  expect([stdout.slice(0, 64), stdout.length]).toEqual([hash, 64 + 4 + 20_000_000]);
});

test('open() throws the reason of a signal that is aborted before, during and after connecting', async () => {
  await using server = await startSshd();
  await using client = connectTo(sshConfig(server.folder, [{ alias: 'web', server }]));
  const reason = new Error('enough');
  await expect(client.open('web', 'true', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  server.freeze();
  const stop = new AbortController();
  const opening = client.open('web', 'true', { signal: stop.signal });
  setImmediate(() => stop.abort(reason));
  await expect(opening).rejects.toBe(reason);
  server.thaw();
  expect((await read(await client.open('web', 'echo fine'))).stdout).toBe('fine\n');
});

test('a waiter that is stopped leaves the connection to the others', async () => {
  await using server = await startSshd();
  await using client = connectTo(sshConfig(server.folder, [{ alias: 'web', server }]));
  const stop = new AbortController();
  const stopped = client.open('web', 'true', { signal: stop.signal });
  const other = client.open('web', 'echo other');
  setImmediate(() => stop.abort(new Error('enough')));
  await expect(stopped).rejects.toThrow('enough');
  expect((await read(await other)).stdout).toBe('other\n');
  expect(server.connections()).toBe(1);
});
