import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { type Lab, startLab } from '../fixtures/lab.ts';
import { testKey } from '../fixtures/sshd-keys.ts';

const CLI = resolve(import.meta.dirname, '../../dist/cli.js');

test('an unknown host key is asked about on the terminal, and remembered', async () => {
  await using lab = await startLab();
  const knownHosts = join(lab.folder, 'known_hosts');
  writeFileSync(knownHosts, '');
  const script = lab.script('hi.sh', '#!/bin/sh\necho it runs\n');
  const screen = onTerminal(lab, ['run', script, '--on', 'web1']);
  await screen.sees('(yes/no)');
  expect(screen.text()).toMatch(/SHA256:\S{43}/);
  screen.type('yes\n');
  expect(await screen.ended).toBe(0);
  expect(screen.text()).toContain('it runs');
  expect(readFileSync(knownHosts, 'utf8')).toMatch(/ssh-ed25519 AAAA/);
  const { code } = await lab.cli('run', script, '--on', 'web1');
  expect(code).toBe(0);
});

test('Ctrl-C at a question cancels the run, and leaves the question readable', async () => {
  await using lab = await startLab();
  writeFileSync(join(lab.folder, 'known_hosts'), '');
  const screen = onTerminal(lab, ['run', lab.script('hi.sh', '#!/bin/sh\necho it runs\n'), '--on', 'web1']);
  await screen.sees('(yes/no)');
  screen.type('\x03');
  expect(await screen.ended).toBe(130);
  expect(screen.text()).toContain('cancelled');
  expect(readFileSync(join(lab.folder, 'known_hosts'), 'utf8')).toBe('');
  // Nothing of the status line was drawn over the question.
  expect(screen.text().slice(screen.text().indexOf('(yes/no)'))).not.toContain('done · web1');
});

test('without a terminal an unknown host key is refused with its fingerprint and the way out', async () => {
  await using lab = await startLab();
  writeFileSync(join(lab.folder, 'known_hosts'), '');
  const { code, stderr } = await lab.cli('run', lab.script('hi.sh', '#!/bin/sh\n'), '--on', 'web1');
  expect(code).toBe(125);
  expect(stderr).toMatch(/SHA256:\S+ is unknown/);
  expect(existsSync(join(lab.servers[0]?.stateHome ?? '', 'cronium'))).toBe(false);
});

test('a passphrase is asked for on the terminal and never echoed', async () => {
  await using lab = await startLab({ sshd: { authorizedKeys: [publicKey('locked')] } });
  const key = testKey('locked', { passphrase: 'open sesame' });
  chmodSync(key, 0o600);
  const config = readFileSync(lab.sshConfigFile, 'utf8').replace(/IdentityFile .*/, `IdentityFile ${key}`);
  writeFileSync(lab.sshConfigFile, config);
  const screen = onTerminal(lab, ['run', lab.script('hi.sh', '#!/bin/sh\necho it runs\n'), '--on', 'web1']);
  await screen.sees('assphrase');
  screen.type('open sesame\n');
  expect(await screen.ended).toBe(0);
  expect(screen.text()).toContain('it runs');
  expect(screen.text()).not.toContain('sesame');
});

test('a secret is asked for, reaches the script, and is masked in every output', async () => {
  await using lab = await startLab();
  const script = lab.script(
    'secret.sh',
    '#!/bin/sh\n# cronium:\n#   secrets: [TOKEN]\nprintf "%s" "$TOKEN" | wc -c\necho "token: $TOKEN"\n',
  );
  const screen = onTerminal(lab, ['run', script, '--on', 'web1']);
  await screen.sees('TOKEN');
  screen.type('correct-horse\n');
  expect(await screen.ended).toBe(0);
  expect(screen.text()).toMatch(/│ 13\b/);
  expect(screen.text()).toContain('token: ***');
  expect(screen.text()).not.toContain('correct-horse');
  await new Promise((done) =>
    spawn('grep', ['-r', 'correct-horse', lab.dataDir, lab.servers[0]?.home ?? '']).on('close', (code) =>
      done(expect(code).toBe(1)),
    ),
  );
});

function publicKey(name: string): string {
  return readFileSync(`${testKey(name, { passphrase: 'open sesame' })}.pub`, 'utf8');
}

interface Screen {
  readonly ended: Promise<number | null>;
  text(): string;
  sees(text: string): Promise<void>;
  type(text: string): void;
}

/** Runs the command on a pseudo-terminal of its own (`script` of util-linux). */
function onTerminal(lab: Lab, args: readonly string[]): Screen {
  const quoted = [
    process.execPath,
    CLI,
    '-F',
    lab.sshConfigFile,
    '--data-dir',
    lab.dataDir,
    '--config',
    join(lab.folder, 'config.yaml'),
    ...args,
  ]
    .map((word) => `'${word}'`)
    .join(' ');
  const env = { PATH: process.env.PATH, HOME: join(lab.folder, 'home'), TERM: 'xterm' };
  const child: ChildProcess = spawn('script', ['-qefc', quoted, '/dev/null'], { cwd: lab.folder, env, stdio: 'pipe' });
  let said = '';
  let wake = (): void => {};
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    wake();
  });
  const ended = new Promise<number | null>((done) => child.on('close', done));
  return {
    ended,
    text: () => said,
    type: (text) => void child.stdin?.write(text),
    sees: (text) =>
      new Promise((found, missed) => {
        wake = () => said.includes(text) && found();
        wake();
        void ended.then(() => missed(new Error(`It ended without "${text}": ${said}`)));
      }),
  };
}
