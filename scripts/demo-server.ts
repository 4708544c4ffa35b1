import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import ssh2, { type AuthContext, type Connection, type ParsedKey, type ServerChannel, type Session } from 'ssh2';

export interface DemoServer {
  readonly port: number;
  /** A line for known_hosts without its host: type and key. */
  readonly hostKey: string;
}

/** A small SSH server on loopback with a home of its own; it lets one key in and runs commands in /bin/sh. */
export async function startDemoServer(home: string, allowed: ParsedKey): Promise<DemoServer> {
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const hostKey = ssh2.utils.generateKeyPairSync('ed25519');
  const server = new ssh2.Server({ hostKeys: [hostKey.private] }, (client) => serve(client, home, allowed));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, hostKey: hostKey.public.split(' ').slice(0, 2).join(' ') };
}

function serve(client: Connection, home: string, allowed: ParsedKey): void {
  client.on('authentication', (context: AuthContext) => {
    if (context.method !== 'publickey' || !allowed.getPublicSSH().equals(context.key.data))
      return context.reject(['publickey']);
    if (
      context.signature &&
      context.blob &&
      allowed.verify(context.blob, context.signature, context.hashAlgo) !== true
    ) {
      return context.reject(['publickey']);
    }
    context.accept();
  });
  client.on('session', (accept) => {
    const session: Session = accept();
    session.on('exec', (acceptExec, _reject, { command }) => execute(acceptExec(), command, home));
  });
  client.on('error', () => {
    // The client went away; its channels end with it.
  });
}

function execute(channel: ServerChannel, command: string, home: string): void {
  const env = { HOME: home, PATH: process.env.PATH, LANG: 'C.UTF-8', XDG_STATE_HOME: join(home, '.local/state') };
  const child = spawn('/bin/sh', ['-c', command], { cwd: home, env, stdio: 'pipe' });
  channel.pipe(child.stdin);
  child.stdout.pipe(channel, { end: false });
  child.stderr.pipe(channel.stderr, { end: false });
  child.stdin.on('error', () => {});
  child.on('close', (code, signal) => {
    if (signal) channel.exit(signal.slice(3));
    else channel.exit(code ?? 0);
    channel.end();
  });
  channel.on('close', () => child.kill('SIGHUP'));
}
