import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isRetryable } from '../../src/transport/transport.ts';
import { freePort, sshConfig, startSshd } from '../fixtures/sshd.ts';
import { connectTo, read } from '../fixtures/sshd-client.ts';

/** The error with which `address` cannot be reached. */
async function failure(
  client: ReturnType<typeof connectTo>,
  address: string,
): Promise<{ code: string; message: string }> {
  try {
    await client.open(address, 'true');
  } catch (error) {
    return error as { code: string; message: string };
  }
  throw new Error('It was reached');
}

const hello = async (client: ReturnType<typeof connectTo>, address: string) =>
  (await read(await client.open(address, 'echo in'))).stdout;

/** A port whose queue is full: a connection to it waits for ever. */
async function listenDeaf(): Promise<{ readonly port: number } & AsyncDisposable> {
  const program = `require('net').createServer().listen({ port: 0, host: '0.0.0.0', backlog: 1 }, function () {
    console.log(this.address().port);
    process.kill(process.pid, 'SIGSTOP');
  })`;
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [said] = (await once(child.stdout, 'data')) as [Buffer];
  const port = Number(said.toString());
  const queued = Array.from({ length: 4 }, () => connect({ port, host: '127.0.0.1' }).on('error', () => {}));
  await once(queued[0] ?? expect.unreachable(), 'connect');
  return {
    port,
    [Symbol.asyncDispose]: async () => {
      for (const socket of queued) socket.destroy();
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

test('a chain of two jump hosts, each verified, with one connection each', async () => {
  await using first = await startSshd({ address: '127.0.0.2' });
  await using second = await startSshd({ address: '127.0.0.3' });
  await using target = await startSshd({ address: '127.0.0.4' });
  await using client = connectTo(
    sshConfig(target.folder, [
      { alias: 'first', server: first },
      { alias: 'second', server: second },
      { alias: 'web', server: target, lines: ['ProxyJump first,second'] },
      { alias: 'other', server: target, lines: ['ProxyJump first,second', 'User root'] },
    ]),
  );
  expect(await Promise.all([hello(client, 'web'), hello(client, 'other'), hello(client, 'second')])).toEqual(
    Array(3).fill('in\n'),
  );
  // "second" by itself is reached directly; the chain has its own connection through "first".
  expect([first.connections(), second.connections(), target.connections()]).toEqual([1, 2, 1]);
});

test('a jump host of a jump host is followed', async () => {
  await using first = await startSshd({ address: '127.0.0.2' });
  await using second = await startSshd({ address: '127.0.0.3' });
  await using target = await startSshd({ address: '127.0.0.4' });
  await using client = connectTo(
    sshConfig(target.folder, [
      { alias: 'first', server: first },
      { alias: 'second', server: second, lines: ['ProxyJump first'] },
      { alias: 'web', server: target, lines: ['ProxyJump second'] },
    ]),
  );
  expect(await hello(client, 'web')).toBe('in\n');
  expect([first.connections(), second.connections(), target.connections()]).toEqual([1, 1, 1]);
});

test('a jump host with a wrong key stops everything, and one that finds nobody says so', async () => {
  await using jump = await startSshd({ address: '127.0.0.2' });
  await using target = await startSshd({ address: '127.0.0.4' });
  const config = sshConfig(target.folder, [
    { alias: 'jump', server: jump },
    { alias: 'web', server: target, lines: ['ProxyJump jump'] },
    { alias: 'gone', server: target, lines: ['ProxyJump jump', `Port ${await freePort()}`] },
  ]);
  await using client = connectTo(config);
  expect(await failure(client, 'gone')).toMatchObject({
    code: 'connect/channel',
    message: expect.stringMatching(
      /^Cannot connect to "gone" \(127\.0\.0\.4 port \d+\) through "jump" \(.*\): the server refused \(.*refused.*\)$/,
    ),
  });
  writeFileSync(join(target.folder, 'known_hosts'), target.knownHosts);
  await using distrustful = connectTo(config);
  expect(await failure(distrustful, 'web')).toMatchObject({
    code: 'connect/hostkey-unknown',
    message: expect.stringMatching(/^Cannot connect to "jump"/),
  });
  expect(target.connections()).toBe(0);
});

test('jump hosts in a circle are refused, from wherever one enters, and so is a chain without end', async () => {
  await using server = await startSshd();
  await using client = connectTo(
    sshConfig(server.folder, [
      { alias: 'a', server, lines: ['ProxyJump b'] },
      { alias: 'b', server, lines: ['ProxyJump a'] },
      { alias: 'x*', server, lines: ['ProxyJump x%n'] },
    ]),
  );
  const errors = await Promise.all(['a', 'b', 'a'].map((alias) => failure(client, alias)));
  for (const error of errors) {
    expect([error.code, error.message]).toEqual(['connect/config', expect.stringMatching(/leads back to itself$/)]);
  }
  expect(await failure(client, 'x')).toMatchObject({
    code: 'connect/config',
    message: 'Cannot connect to "xxxxxxxxx": there are more than 8 jump hosts on the way',
  });
  expect(server.connections()).toBe(0);
});

test('a ProxyCommand carries the connection, its tokens expanded, and ends with it', async () => {
  await using server = await startSshd();
  const marks = join(server.folder, 'marks');
  const lines = [`ProxyCommand sh -c 'echo %n %h %p %r %% $$ >${marks}; exec socat - TCP:%h:%p'`];
  const pid = () => Number(readFileSync(marks, 'utf8').trim().split(' ').at(-1));
  {
    await using client = connectTo(sshConfig(server.folder, [{ alias: 'web', server, lines }]));
    expect(await hello(client, 'web')).toBe('in\n');
    expect(readFileSync(marks, 'utf8')).toBe(`web 127.0.0.1 ${server.port} root % ${pid()}\n`);
    expect(existsSync(`/proc/${pid()}`)).toBe(true);
  }
  await expect.poll(() => existsSync(`/proc/${pid()}`)).toBe(false);
});

test('a ProxyCommand that fails says what it said', async () => {
  await using server = await startSshd();
  await using client = connectTo(
    sshConfig(server.folder, [
      { alias: 'web', server, lines: ["ProxyCommand sh -c 'echo no way through >&2; exit 3'"] },
    ]),
  );
  expect(await failure(client, 'web')).toMatchObject({
    code: 'connect/proxy',
    message: `Cannot connect to "web" (127.0.0.1 port ${server.port}) through its ProxyCommand: the command ended with 3, it said "no way through"`,
  });
});

test('Include, Match and wildcards are read as ssh reads them, and a change is seen', async () => {
  await using server = await startSshd();
  const parts = join(server.folder, 'parts');
  mkdirSync(parts);
  const main = sshConfig(server.folder, [{ alias: 'web-*', server, lines: [] }], { header: [`Include ${parts}/*`] });
  writeFileSync(
    join(parts, 'one'),
    'Match host web-1\n  User nobody-there\nHost direct # here\n  HostName 127.0.0.1\n',
  );
  await using client = connectTo(main);
  expect(await hello(client, 'web-2')).toBe('in\n');
  expect((await failure(client, 'web-1')).message).toContain('as "nobody-there"');
  expect(await client.transports.listAliases()).toEqual(['direct']);
  writeFileSync(join(parts, 'one'), 'Host direct later\n');
  await expect.poll(() => hello(client, 'web-1').catch((error: Error) => error.message)).toBe('in\n');
  expect(await client.transports.listAliases()).toEqual(['direct', 'later']);
});

test('a directive that is not supported is named', async () => {
  await using server = await startSshd();
  const check = async (line: string, name: string) => {
    await using client = connectTo(sshConfig(server.folder, [{ alias: 'web', server, lines: [line] }]));
    const { code, message } = await failure(client, 'web');
    expect([code, message]).toEqual([
      'connect/config',
      expect.stringContaining(`Cannot connect to "web": its SSH configuration uses ${name}`),
    ]);
  };
  await check('BindInterface lo', 'BindInterface');
  await check('CertificateFile /tmp/x-cert.pub', 'CertificateFile');
  await check('PKCS11Provider /usr/lib/x.so', 'PKCS11Provider');
  await check('KnownHostsCommand /bin/true', 'KnownHostsCommand');
  await check('RevokedHostKeys /tmp/x', 'RevokedHostKeys');
  await check('RemoteCommand uptime', 'RemoteCommand');
  await check('ProxyUseFdpass yes', 'ProxyUseFdpass');
  await check('Tunnel yes', 'Tunnel');
  await check('SessionType none', 'SessionType');
  await check('PreferredAuthentications hostbased\n  HostbasedAuthentication yes', 'HostbasedAuthentication');
  await check('PreferredAuthentications gssapi-with-mic\n  GSSAPIAuthentication yes', 'GSSAPIAuthentication');
  expect(server.connections()).toBe(0);
});

test('algorithms that leave nothing in common are named', async () => {
  await using server = await startSshd({ config: ['Ciphers aes128-cbc'] });
  await using client = connectTo(
    sshConfig(server.folder, [
      { alias: 'web', server },
      { alias: 'old', server, lines: ['KexAlgorithms diffie-hellman-group1-sha1'] },
    ]),
  );
  expect(await failure(client, 'web')).toMatchObject({
    code: 'connect/algorithms',
    message: expect.stringMatching(/cipher in common$/),
  });
  expect(await failure(client, 'old')).toMatchObject({
    code: 'connect/config',
    message: expect.stringContaining('with KexAlgorithms only'),
  });
});

test('a name that begins with a dash starts nothing', async () => {
  await using server = await startSshd();
  await using client = connectTo(sshConfig(server.folder, [{ alias: 'web', server }]));
  for (const name of ['-oProxyCommand=id', 'root@-x', 'ssh://-x', 'a b', 'a;id', '$(id)', '']) {
    expect(await failure(client, name)).toMatchObject({ code: 'connect/config' });
  }
});

test('a machine without ssh says what to install', async () => {
  await using server = await startSshd();
  const config = sshConfig(server.folder, [{ alias: 'web', server }]);
  await using client = connectTo(config, { env: { PATH: server.folder } });
  expect(await failure(client, 'web')).toMatchObject({
    code: 'connect/config',
    message: 'Cannot read the SSH configuration of "web": the program "ssh" was not found, install the OpenSSH client',
  });
  await using broken = connectTo(join(server.folder, 'missing'));
  expect((await failure(broken, 'web')).message).toContain("Can't open user config file");
});

test('a port on which nobody listens, and a name without an address', async () => {
  await using server = await startSshd();
  const port = await freePort();
  await using client = connectTo(
    sshConfig(server.folder, [
      { alias: 'web', server, lines: [`Port ${port}`] },
      { alias: 'nowhere', server, lines: ['HostName does-not-exist.invalid'] },
    ]),
  );
  const refused = await failure(client, 'web');
  expect(refused).toMatchObject({
    code: 'connect/refused',
    message: `Cannot connect to "web" (127.0.0.1 port ${port}): nobody listens on port ${port}`,
  });
  expect(isRetryable(refused)).toBe(true);
  expect(await failure(client, 'nowhere')).toMatchObject({ code: 'connect/unresolved' });
});

test('a frozen server is given up after the connect timeout, with its sentence', async () => {
  await using server = await startSshd();
  await using client = connectTo(sshConfig(server.folder, [{ alias: 'web', server, lines: ['ConnectTimeout 1'] }]));
  server.freeze();
  const began = performance.now();
  const error = await failure(client, 'web');
  server.thaw();
  expect(error).toMatchObject({
    code: 'connect/timeout',
    message: `Cannot connect to "web" (127.0.0.1 port ${server.port}): the port answers, but no SSH server spoke within 1 s`,
  });
  expect(performance.now() - began).toBeLessThan(5_000);
});

test('servers that take the connection and say nothing are all called at once, and keep nobody from the others', async () => {
  await using server = await startSshd();
  let called = 0;
  await using silent = await listen((socket) => {
    called += 1;
    socket.resume();
  });
  const lines = [`Port ${silent.port}`, 'ConnectTimeout 600'];
  const entries = Array.from({ length: 100 }, (_, index) => ({
    alias: `silent-${index}`,
    server,
    lines: [...lines, `HostName 127.0.1.${index + 1}`],
  }));
  await using client = connectTo(sshConfig(server.folder, [...entries, { alias: 'web', server }]));
  const stop = new AbortController();
  const silences = entries.map(({ alias }) =>
    client.open(alias, 'true', { signal: stop.signal }).catch(() => 'stopped'),
  );
  await expect.poll(() => called).toBe(entries.length);
  expect(await hello(client, 'web')).toBe('in\n');
  stop.abort();
  expect(new Set(await Promise.all(silences))).toEqual(new Set(['stopped']));
});

test('servers that do not answer at all keep nobody from the others', async () => {
  await using server = await startSshd();
  await using silent = await listenDeaf();
  const lines = [`Port ${silent.port}`, 'ConnectTimeout 20'];
  const entries = Array.from({ length: 40 }, (_, index) => ({
    alias: `silent-${index}`,
    server,
    lines: [...lines, `HostName 127.0.1.${index + 1}`],
  }));
  await using client = connectTo(sshConfig(server.folder, [...entries, { alias: 'web', server }]));
  const stop = new AbortController();
  const silences = entries.map(({ alias }) =>
    client.open(alias, 'true', { signal: stop.signal }).catch(() => 'stopped'),
  );
  const began = performance.now();
  expect(await hello(client, 'web')).toBe('in\n');
  expect(performance.now() - began).toBeLessThan(10_000);
  stop.abort();
  expect(new Set(await Promise.all(silences))).toEqual(new Set(['stopped']));
});

test('what is no SSH server is named as such', async () => {
  await using server = await startSshd();
  await using web = await listen((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
  await using gone = await listen((socket) => socket.destroy());
  await using client = connectTo(
    sshConfig(server.folder, [
      { alias: 'http', server, lines: [`Port ${web.port}`, 'ConnectTimeout 2'] },
      { alias: 'gone', server, lines: [`Port ${gone.port}`] },
    ]),
  );
  expect((await failure(client, 'http')).code).toMatch(/^connect\/(closed|protocol)$/);
  const closed = await failure(client, 'gone');
  expect(closed).toMatchObject({
    code: 'connect/closed',
    message: expect.stringContaining('it may be refusing many at once'),
  });
  expect(isRetryable(closed)).toBe(true);
});

test('a server that drops what is too much gives an error that may be tried again', async () => {
  await using server = await startSshd({ config: ['MaxStartups 1:100:1', 'LoginGraceTime 20'] });
  const entries = Array.from({ length: 6 }, (_, index) => ({
    alias: `web-${index}`,
    server,
    lines: [`User user-${index}`],
  }));
  await using client = connectTo(sshConfig(server.folder, entries));
  const errors = await Promise.all(entries.map((entry) => failure(client, entry.alias)));
  const codes = new Set(errors.map((error) => error.code));
  expect(codes).toContain('connect/closed');
  for (const error of errors)
    expect([error.code, isRetryable(error)]).toEqual([error.code, error.code === 'connect/closed']);
});

async function listen(onSocket: (socket: Socket) => void): Promise<{ port: number } & AsyncDisposable> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    onSocket(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    [Symbol.asyncDispose]: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
