import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { expect } from 'vitest';
import { type Lab, startLab } from '../../fixtures/lab.ts';
import { fault } from '../fault.ts';
import { startChaosLab } from '../lab/chaos-lab.ts';
import { startNet } from '../lab/net.ts';

const HELLO = '#!/bin/sh\necho hello\n';
const ONCE = '#!/bin/sh\n# cronium:\n#   retries: 0\necho hello\n';

/** Where `web1` of the lab is looked for. */
function lead(lab: Lab, host: string, port: number, ...lines: string[]): void {
  const text = readFileSync(lab.sshConfigFile, 'utf8');
  const found = text.replace(/HostName .*\n\s*Port .*/, [`HostName ${host}`, `Port ${port}`, ...lines].join('\n  '));
  writeFileSync(lab.sshConfigFile, found);
}

fault(
  'F01',
  'a server that refuses is tried three times more, with growing pauses, while the others go on',
  async () => {
    await using lab = await startChaosLab({ servers: 2, rules: () => 'refuse' });
    const running = lab.start('run', lab.script('hello.sh', HELLO), '--on', 'web1,web2', '--json');
    await running.saw('"settled","server":"web2"');
    expect(lab.chaos.connections, 'tries of web1 when web2 is done').toBeLessThan(4);
    const { code, stderr } = await running.ended;
    expect(code).toBe(3);
    expect(lab.chaos.connections).toBe(4);
    const pauses = [...stderr.matchAll(/trying again in ([\d.]+) s$/gm)].map(([, seconds]) => Number(seconds));
    expect(pauses.length).toBe(3);
    for (const [index, pause] of pauses.entries()) {
      expect(pause).toBeGreaterThanOrEqual(2 ** (index + 1) * 0.7);
      expect(pause).toBeLessThanOrEqual(2 ** (index + 1) * 1.3);
    }
    expect(stderr).toMatch(
      /Cannot connect to "web1" .*: (the connection was reset|the server closed the connection before the login).*; trying again in/,
    );
  },
);

fault('F01', 'each way of not being there has its own sentence, and nothing is started', async () => {
  using net = startNet();
  await using lab = await startLab({ sshd: net.sshd });
  const script = lab.script('once.sh', ONCE);
  const check = async (host: string, port: number, expected: RegExp): Promise<void> => {
    lead(lab, host, port, 'ConnectTimeout 4');
    const { code, stdout, stderr } = await lab.cli('run', script, '--on', 'web1,local');
    expect(`${stdout}${stderr}`).toMatch(expected);
    expect(stdout).toMatch(/local +│ hello/);
    expect(code).toBe(3);
  };
  await check('nowhere.invalid', 22, /name "nowhere.invalid" (has no address|cannot be looked up at the moment)/);
  await check(net.address, 2223, /nobody listens on port 2223/);
  await check(net.nobody, 2222, /the host is not reachable|no answer within 4 s/);
  net.part();
  await check(net.address, 2222, /no answer within 4 s/);
  net.heal();
  expect(lab.servers[0]?.connections()).toBe(0);
});

fault(
  'F02',
  'a port that says nothing, drips or babbles is given up by its deadline, with bounded memory',
  async () => {
    await using lab = await startLab();
    const script = lab.script('once.sh', ONCE);
    const check = async (speak: (socket: Socket) => void, expected: RegExp): Promise<void> => {
      const sockets = new Set<Socket>();
      const server = createServer((socket) => {
        sockets.add(socket.on('error', () => {}));
        speak(socket);
      });
      await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
      try {
        lead(lab, '127.0.0.1', (server.address() as { port: number }).port, 'ConnectTimeout 3');
        const running = lab.start('run', script, '--on', 'web1');
        let peakKiB = 0;
        const looking = setInterval(() => {
          peakKiB = Math.max(peakKiB, residentKiB(running.child.pid));
        }, 50);
        const { code, stderr } = await running.ended;
        clearInterval(looking);
        expect(stderr).toMatch(expected);
        expect(code).toBe(125);
        expect(peakKiB).toBeGreaterThan(0);
        expect(peakKiB).toBeLessThan(256 * 1024);
      } finally {
        for (const socket of sockets) socket.destroy();
        await new Promise((closed) => server.close(closed));
      }
    };
    await check(() => {}, /no SSH server spoke within 3 s/);
    await check((socket) => drip(socket, 'SSH-2.0-Slow'), /no SSH server spoke within 3 s/);
    await check((socket) => pour(socket, 'not a banner\r\n', 10 * 1_048_576), /not an SSH server|no SSH server spoke/);
    await check((socket) => pour(socket, 'x', 64 * 1_048_576), /not an SSH server|no SSH server spoke/);
  },
);

fault('F04', 'a server that refuses for a while is told so, and reached when it lets us in again', async () => {
  await using lab = await startChaosLab({ rules: (connection) => (connection < 2 ? 'refuse' : {}) });
  const { code, stderr } = await lab.cli('run', lab.script('hello.sh', HELLO), '--on', 'web1');
  expect(code).toBe(0);
  expect(lab.chaos.connections).toBe(3);
  expect(stderr.match(/; trying again in/g)).toHaveLength(2);
  // A connection that is closed without a word before the login: the sentence says what may be behind it.
  lab.chaos.rules = (connection) => (connection === 3 ? { down: { breakAfter: { bytes: 0, by: 'end' } } } : {});
  const again = await lab.cli('run', lab.script('hello.sh', HELLO), '--on', 'web1');
  expect(again.stderr).toMatch(/it may be refusing many at once; trying again in/);
  expect(again.code).toBe(0);
});

fault(
  'F05',
  'runs of many processes at once succeed on a server that drops what is too much',
  async () => {
    await using lab = await startLab({ sshd: { config: ['MaxStartups 2:100:3'] } });
    expect((await lab.cli('server', 'deploy', 'web1')).code).toBe(0);
    const script = lab.script('many.sh', '#!/bin/sh\n# cronium:\n#   overlap: parallel\n#   retries: 6\necho hello\n');
    const ended = await Promise.all(Array.from({ length: 8 }, () => lab.cli('run', script, '--on', 'web1')));
    expect(ended.map(({ code, stderr }) => (code === 0 ? '' : stderr))).toEqual(Array(8).fill(''));
    expect(lab.servers[0]?.log()).toMatch(/MaxStartups/);
    // One process with many jobs for the server needs one connection.
    const before = lab.servers[0]?.connections() ?? 0;
    const engine = lab.engine();
    await Promise.all(Array.from({ length: 12 }, () => lab.run(script, { on: ['web1'] })));
    expect(engine.runs().length).toBe(20);
    expect((lab.servers[0]?.connections() ?? 0) - before).toBe(1);
  },
  { timeoutMs: 180_000 },
);

function drip(socket: Socket, text: string): void {
  let at = 0;
  const timer = setInterval(() => socket.write(text[at++ % text.length] ?? ''), 1_000);
  socket.on('close', () => clearInterval(timer));
}

function pour(socket: Socket, line: string, bytes: number): void {
  const piece = Buffer.from(line.repeat(Math.ceil(65_536 / line.length)));
  let left = bytes;
  const more = (): void => {
    while (left > 0 && !socket.destroyed) {
      left -= piece.length;
      if (!socket.write(piece)) return void socket.once('drain', more);
    }
  };
  more();
}

function residentKiB(pid: number | undefined): number {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
