import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import type { Artifact } from '../../../src/runner/artifacts.ts';
import { type Booted, bootRunner } from '../../../src/runner/boot.ts';
import type { BootTrust } from '../../../src/runner/boot-script.ts';
import { type Pin, runnerTable } from '../../../src/runner/pin.ts';
import type { RemoteEnd, RemoteOpener } from '../../../src/runner/remote.ts';

// The boot script as real shells run it; the runner it installs is a shell script that says hello and nothing else.

const folder = mkdtempSync(join(tmpdir(), 'cronium-boot-'));
afterAll(() => rmSync(folder, { recursive: true }));

const SIGNAL = new AbortController().signal;
const AHEAD = Buffer.from('what a warm runner would read at once');

/** What this machine calls itself: busybox has a `uname` of its own, which no other one hides. */
const HERE = execFileSync('uname', ['-s', '-m'], { encoding: 'utf8' }).trim();

const [here, other, mac] = [artifact(HERE), artifact('Linux i586'), artifact('Darwin arm64')];
const artifacts = [here, other, mac];

function artifact(uname: string): Artifact {
  const bytes = Buffer.from(`#!/bin/sh\n# ${uname}\necho "CRN1 $2 hello"\necho "$0 $3"\n`);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const platform = uname.toLowerCase().replace(' ', '/');
  return { uname, platform, sha256, size: bytes.length, load: async () => gzipSync(bytes) };
}

interface Machine {
  readonly home: string;
  readonly opener: RemoteOpener;
}

let machines = 0;

/** A server with its own home and what comes first on its PATH: `uname`, and what else is given. */
function machine(options: {
  uname: string;
  shell?: string;
  programs?: Record<string, string>;
  path?: string;
}): Machine {
  const place = join(folder, String(machines++));
  const [home, bin] = [join(place, 'home'), join(place, 'bin')];
  for (const each of [home, bin]) mkdirSync(each, { recursive: true });
  const programs = { uname: `#!/bin/sh\necho ${options.uname}\n`, ...options.programs };
  for (const [name, text] of Object.entries(programs)) writeFileSync(join(bin, name), text, { mode: 0o755 });
  const env = { HOME: home, PATH: `${bin}:${options.path ?? '/usr/bin:/bin'}` };
  const opener: RemoteOpener = {
    open: async (command, { ahead }) => {
      let text = command.replace('exec /bin/sh', `exec ${options.shell ?? '/bin/sh'}`);
      // As if there were nothing in the places where the script looks besides.
      if (options.path) text = text.replace(':/usr/local/bin:/usr/bin:/bin;', ';');
      const child = spawn('/bin/sh', ['-c', text], { env });
      child.stdin.on('error', () => {});
      if (ahead) child.stdin.write(ahead);
      const exited = new Promise<RemoteEnd>((resolve) => {
        child.on('exit', (code, signal) =>
          resolve(signal ? { kind: 'signalled', signal } : { kind: 'exited', code: code ?? 0 }),
        );
      });
      const { stdin, stdout, stderr } = child;
      return { stdin, stdout, stderr, exited, close: () => child.stdin.destroy() };
    },
  };
  return { home, opener };
}

interface Found {
  readonly deployed: string | undefined;
  readonly aheadWasRead: boolean;
  readonly discarded: number;
}

async function boot({ opener }: Machine, options: { trust?: BootTrust; pin?: Pin } = {}): Promise<Found> {
  let discarded = 0;
  const booted: Booted = await bootRunner(opener, runnerTable(artifacts, options.pin), {
    server: 'web1',
    ahead: AHEAD,
    onDiscarded: () => discarded++,
    trust: options.trust ?? 'place',
    signal: SIGNAL,
  });
  booted.remote.close();
  return { deployed: booted.deployed?.uname, aheadWasRead: booted.aheadWasRead, discarded };
}

const bin = ({ home }: Machine): string => join(home, '.local/state/cronium/bin');

/** Those that are installed here; the whole run needs them all. */
const SHELLS = ['/bin/sh', '/bin/bash --posix', '/bin/busybox sh', '/bin/zsh --emulate sh'].filter((command) =>
  existsSync(command.split(' ')[0] as string),
);

describe.each(SHELLS)('with %s as /bin/sh', (shell) => {
  test('a cold server gets the runner of its platform, and a warm one starts it', async () => {
    const server = machine({ uname: HERE, shell });
    expect(await boot(server)).toEqual({ deployed: HERE, aheadWasRead: false, discarded: 1 });
    expect(await boot(server)).toEqual({ deployed: undefined, aheadWasRead: true, discarded: 0 });
    expect(readdirSync(bin(server))).toEqual([here.sha256]);
  });

  // Whether the script has looked at the directory is seen where others may write there: then it goes elsewhere.
  test.runIf(existsSync('/proc/sys/kernel/arch'))(
    'a runner of ours is started without a look at its mode',
    async () => {
      const server = await openMachine(shell);
      expect(await boot(server)).toEqual({ deployed: undefined, aheadWasRead: true, discarded: 0 });
      expect(await boot(server, { trust: 'checked' })).toMatchObject({ deployed: HERE });
      expect(existsSync(join(server.home, '.cronium/bin', here.sha256))).toBe(true);
    },
  );

  test.each(['', here.sha256, `${here.sha256}/cronium-runner`])('but not where bin/%s is a link', async (name) => {
    const server = await openMachine(shell);
    const [path, elsewhere] = [join(bin(server), name), join(server.home, 'elsewhere')];
    renameSync(path, elsewhere);
    symlinkSync(elsewhere, path);
    expect(await boot(server)).toMatchObject({ deployed: HERE });
  });

  test.each(['', here.sha256, `${here.sha256}/cronium-runner`])('nor where bin/%s is not ours', async (name) => {
    const server = await openMachine(shell);
    chownSync(join(bin(server), name), 4711, 4711);
    expect(await boot(server)).toMatchObject({ deployed: HERE });
  });
});

/** One that has the runner in a directory in which others may write. */
async function openMachine(shell: string): Promise<Machine> {
  const server = machine({ uname: HERE, shell });
  await boot(server);
  chmodSync(join(server.home, '.local/state/cronium'), 0o777);
  return server;
}

test('force puts the runner there anew', async () => {
  const server = machine({ uname: HERE });
  await boot(server);
  const file = join(bin(server), here.sha256, 'cronium-runner');
  chmodSync(file, 0o700);
  writeFileSync(file, '#!/bin/sh\nexit 0\n');
  expect(await boot(server, { trust: 'nothing' })).toEqual({ deployed: HERE, aheadWasRead: false, discarded: 1 });
  expect(createHash('sha256').update(readFileSync(file)).digest('hex')).toBe(artifacts[0]?.sha256);
});

test('a runner that is damaged is mended without being asked', async () => {
  const server = machine({ uname: HERE });
  await boot(server);
  const file = join(bin(server), here.sha256, 'cronium-runner');
  chmodSync(file, 0o700);
  writeFileSync(file, '#!/bin/sh\nexit 0\n');
  expect(await boot(server)).toMatchObject({ deployed: HERE, aheadWasRead: false });
});

describe('a pinned version', () => {
  const old = createHash('sha256').update('an older version').digest('hex');
  const pin: Pin = { sha256: old, platform: here.platform };
  const put = (server: Machine): void => {
    const place = join(bin(server), old);
    mkdirSync(place, { recursive: true });
    for (const each of [join(server.home, '.local/state/cronium'), place]) chmodSync(each, 0o700);
    writeFileSync(join(place, 'cronium-runner'), '#!/bin/sh\necho "CRN1 $2 hello"\n', { mode: 0o500 });
  };

  test('is started where it is', async () => {
    const server = machine({ uname: HERE });
    put(server);
    expect(await boot(server, { pin })).toEqual({ deployed: undefined, aheadWasRead: true, discarded: 0 });
    expect(readdirSync(bin(server))).toEqual([old]);
  });

  test('that is gone is told, with the way out', async () => {
    const server = machine({ uname: HERE });
    await boot(server);
    await expect(boot(server, { pin })).rejects.toMatchObject({
      code: 'deploy/gone',
      message: `Cannot roll back "web1": runner ${old.slice(0, 8)} is not there any more; deploy the current one`,
    });
  });

  test('of another platform does not matter', async () => {
    const server = machine({ uname: 'Linux i586' });
    expect(await boot(server, { pin })).toMatchObject({ deployed: 'Linux i586' });
  });

  test('that is ours is installed as ever', async () => {
    const server = machine({ uname: HERE });
    const ours = { sha256: here.sha256, platform: here.platform };
    expect(await boot(server, { pin: ours })).toMatchObject({ deployed: HERE });
  });

  test('that ends at once is not taken for one that is gone', async () => {
    const server = machine({ uname: HERE });
    put(server);
    const file = join(bin(server), old, 'cronium-runner');
    chmodSync(file, 0o700);
    writeFileSync(file, '#!/bin/sh\necho broken >&2; exit 3\n');
    await expect(boot(server, { pin })).rejects.toMatchObject({
      code: 'boot/ended',
      message: expect.stringContaining('exit code 3; it printed "broken"'),
    });
  });
});

describe('on macOS', () => {
  // No sha256sum, but a shasum; `ls` tells of attributes; `wc` pads.
  const applets = join(folder, 'applets');
  mkdirSync(applets);
  for (const name of ['sh', 'id', 'mkdir', 'rmdir', 'chmod', 'rm', 'mv', 'head', 'gzip', 'df', 'cat', 'sed']) {
    symlinkSync(execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim(), join(applets, name));
  }
  const programs = {
    ls: '#!/bin/sh\n/bin/ls "$@" | sed "s/^\\(drwx------\\)[.]*/\\1@/"\n',
    wc: '#!/bin/sh\necho "     $(/usr/bin/wc "$@")"\n',
    shasum: '#!/bin/sh\n[ "$*" = "-a 256" ] && exec /usr/bin/sha256sum\n',
  };

  test('the tools that are there are enough', async () => {
    const server = machine({ uname: 'Darwin arm64', programs, path: applets });
    expect(await boot(server)).toEqual({ deployed: 'Darwin arm64', aheadWasRead: false, discarded: 1 });
    expect(await boot(server)).toEqual({ deployed: undefined, aheadWasRead: true, discarded: 0 });
  });

  test('a runner of another hash is refused', async () => {
    const shasum = '#!/bin/sh\necho "0000  -"\n';
    const server = machine({ uname: 'Darwin arm64', programs: { ...programs, shasum }, path: applets });
    await expect(boot(server)).rejects.toMatchObject({
      code: 'boot/upload',
      message: expect.stringContaining('not the one'),
    });
    await expect.poll(() => readdirSync(join(bin(server), mac.sha256))).toEqual([]);
  });

  test('a shasum that does not work is no reason to refuse', async () => {
    const shasum = '#!/bin/sh\necho "perl is missing" >&2; exit 1\n';
    const server = machine({ uname: 'Darwin arm64', programs: { ...programs, shasum }, path: applets });
    expect(await boot(server)).toMatchObject({ deployed: 'Darwin arm64' });
  });
});

test('a platform without a runner is told before anything is sent', async () => {
  const server = machine({ uname: 'Linux mips' });
  await expect(boot(server)).rejects.toMatchObject({ code: 'boot/platform' });
  expect(readdirSync(server.home)).toEqual([]);
});
