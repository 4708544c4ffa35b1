// The main job, shown on three throwaway SSH servers on loopback: a cold run that deploys to all three, a warm run of a changed
// script, a run in which one server fails. Leaves nothing behind.
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import { type DemoServer, startDemoServer } from './demo-server.ts';

const NAMES = ['web1', 'web2', 'web3'];

const SCRIPT = `#!/bin/sh
# cronium:
#   name: Restart web
#   servers: [web1, web2, web3]
echo "restarting on $CRONIUM_SERVER"
for step in stop pull migrate start; do
  sleep 0.2
  echo "$step"
done
`;

const CHANGED = SCRIPT.replace('stop pull migrate start', 'stop start').concat('echo "now with a health check: ok"\n');

const FAILING = CHANGED.concat(`if [ "$CRONIUM_SERVER" = web2 ]; then
  echo "port 80 is taken" >&2
  exit 3
fi
`);

void (process.argv[2] === 'servers' ? serveForParent(process.argv[3] ?? '', process.argv[4] ?? '') : demo());

/** The servers live in a process of their own, so that what is measured is the client. */
async function serveForParent(home: string, publicKey: string): Promise<void> {
  const allowed = ssh2.utils.parseKey(publicKey);
  if (allowed instanceof Error) throw allowed;
  const servers = await Promise.all(NAMES.map((name) => startDemoServer(join(home, name), allowed)));
  process.send?.(servers);
  process.on('disconnect', () => process.exit(0));
}

async function demo(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'cronium-demo-'));
  const key = ssh2.utils.generateKeyPairSync('ed25519');
  const servers = fork(__filename, ['servers', join(folder, 'servers'), key.public], { stdio: 'inherit' });
  const end = (): void => {
    servers.kill();
    rmSync(folder, { recursive: true, force: true });
  };
  process.on('exit', end);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(130));
  const [started] = (await once(servers, 'message')) as [DemoServer[]];
  const config = writeSshConfig(folder, key.private, started);

  say('Three SSH servers run on loopback, each with an empty home. Nothing of ours is on them.');
  say('1. A first run: the runner (1.3 MB) is brought to each server on the way, in the same channel.');
  await cronium(folder, config, SCRIPT);
  say('2. The script has changed: only the script travels, the runner is there.');
  await cronium(folder, config, CHANGED);
  say('3. One server fails: the others are not stopped, the exit code is 3 (partial).');
  await cronium(folder, config, FAILING);
  say('What was run is kept, with every line:');
  await command(folder, config, ['runs']);
  say(
    'Where to look next: README.md (your own servers, run on save, the editor), docs/architecture.md (how it works).\n' +
      'Everything of this demo is removed now.',
  );
  process.exit(0);
}

function writeSshConfig(folder: string, key: string, servers: readonly DemoServer[]): string {
  const file = join(folder, 'ssh_config');
  writeFileSync(join(folder, 'key'), key, { mode: 0o600 });
  const known = servers.map(({ port, hostKey }) => `[127.0.0.1]:${port} ${hostKey}\n`).join('');
  writeFileSync(join(folder, 'known_hosts'), known);
  const hosts = servers.map(
    ({ port }, index) =>
      `Host ${NAMES[index]}\n  HostName 127.0.0.1\n  Port ${port}\n  User demo\n  IdentityFile ${join(folder, 'key')}\n` +
      `  IdentitiesOnly yes\n  IdentityAgent none\n  UserKnownHostsFile ${join(folder, 'known_hosts')}\n`,
  );
  writeFileSync(file, hosts.join('\n'));
  writeFileSync(join(folder, 'config.yaml'), '');
  return file;
}

async function cronium(folder: string, config: string, script: string): Promise<void> {
  const file = join(folder, 'work', 'restart.sh');
  mkdirSync(join(folder, 'work'), { recursive: true });
  writeFileSync(file, script);
  await command(folder, config, ['run', file]);
}

async function command(folder: string, config: string, args: readonly string[]): Promise<void> {
  process.stdout.write(`$ cronium ${args.map((arg) => arg.replace(`${join(folder, 'work')}/`, '')).join(' ')}\n`);
  const options = ['-F', config, '--data-dir', join(folder, 'data'), '--config', join(folder, 'config.yaml')];
  const child = spawn(process.execPath, [join(__dirname, 'cli.js'), ...options, ...args], { stdio: 'inherit' });
  await once(child, 'close');
}

function say(text: string): void {
  process.stdout.write(`\n${text}\n\n`);
}
