import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, connect as dial } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import { startLab } from '../../fixtures/lab.ts';
import type { Sshd } from '../../fixtures/sshd.ts';
import { fault } from '../fault.ts';

fault('F16', "a server's greeting may come byte by byte", async () => {
  await using lab = await startLab();
  const sshd = lab.servers[0] as Sshd;
  const front = createServer((client) => {
    const upstream = dial(sshd.port, sshd.address);
    for (const socket of [client, upstream]) socket.on('error', () => {}).setNoDelay(true);
    client.pipe(upstream);
    upstream.once('data', async (greeting: Buffer) => {
      upstream.pause();
      for (const byte of greeting) {
        client.write(Buffer.of(byte));
        await delay(5);
      }
      upstream.pipe(client);
    });
  });
  await new Promise<void>((listening) => front.listen(0, '127.0.0.1', listening));
  const { port } = front.address() as { port: number };
  const config = readFileSync(lab.sshConfigFile, 'utf8');
  const alias = `HostKeyAlias [${sshd.address}]:${sshd.port}`;
  writeFileSync(
    lab.sshConfigFile,
    config
      .replace(`HostName ${sshd.address}`, 'HostName 127.0.0.1')
      .replace(`Port ${sshd.port}`, `Port ${port}\n  ${alias}`),
  );
  const script = lab.script('hello.sh', '#!/bin/sh\n# cronium:\n#   retries: 0\necho hello\n');
  const { code, stdout, stderr } = await lab.cli('run', script, '--on', 'web1');
  front.close();
  expect(code, stderr).toBe(0);
  expect(stdout).toContain('hello');
});
