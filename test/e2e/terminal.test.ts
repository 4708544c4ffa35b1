import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { startChaosLab } from '../faults/lab/chaos-lab.ts';
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
  expect(screen.text()).toMatch(
    /SHA256:\S{43}\.\r?\n\+--\[ED25519 256\]--\+\r?\n(\|.{17}\|\r?\n){9}\+----\[SHA256\]-----\+/,
  );
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
    '#!/bin/sh\n# cronium:\n#   secrets: [TOKEN]\nTOKEN=$(cronium.secret TOKEN)\nprintf "%s" "$TOKEN" | wc -c\necho "token: $TOKEN"\n',
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

test('a run on protected servers is confirmed on the terminal', async () => {
  await using lab = await startLab({ servers: 2 });
  writeFileSync(join(lab.folder, 'config.yaml'), 'servers:\n  web1: {protected: true}\n');
  const args = ['run', lab.script('hi.sh', '#!/bin/sh\necho it runs\n'), '--on', 'web1,web2'];
  const question = 'Run "hi.sh" on the protected web1? (y/N)';
  const refused = onTerminal(lab, args);
  await refused.sees(question);
  refused.type('\n');
  expect(await refused.ended).toBe(130);
  expect(refused.text()).toContain('Nothing was run');
  expect(lab.servers.map((server) => server.connections())).toEqual([0, 0]);
  const confirmed = onTerminal(lab, args);
  await confirmed.sees(question);
  confirmed.type('y\n');
  expect(await confirmed.ended).toBe(0);
  expect(confirmed.text().split('│ it runs')).toHaveLength(3);
});

test('inputs are asked for on the terminal, again when an answer is none of the options', async () => {
  await using lab = await startLab();
  const header =
    '#   inputs:\n#     level: {description: How loud, options: [low, high], default: low}\n#     who: {}\n';
  const args = '#   args: ["${input:level}", "${input:who}"]\n';
  const script = lab.script('ask.sh', `#!/bin/sh\n# cronium:\n${header}${args}echo "said $*"\n`);
  const screen = onTerminal(lab, ['run', script, '--on', 'web1', '--set', 'who=me']);
  await screen.sees('How loud (low, high) [low]: ');
  screen.type('loud\n');
  await screen.sees('"loud" is none of these');
  screen.type('\n');
  expect(await screen.ended).toBe(0);
  expect(screen.text()).toContain('said low me');
});

test('what clean would remove is listed and confirmed on the terminal', async () => {
  await using lab = await startLab();
  const bin = join(lab.servers[0]?.stateHome ?? '', 'cronium', 'bin');
  expect((await lab.cli('server', 'deploy', 'web1')).code).toBe(0);
  const screen = onTerminal(lab, ['server', 'clean', 'web1']);
  await screen.sees('Remove it? (y/N)');
  expect(screen.text()).toMatch(/web1 {2}\S+cronium: 1 runner \(/);
  expect(readdirSync(bin)).toHaveLength(1);
  screen.type('y\n');
  expect(await screen.ended).toBe(0);
  expect(existsSync(bin) ? readdirSync(bin) : []).toEqual([]);
});

test('Enter reaches a lost server at once, whatever is left of the pause', async () => {
  await using lab = await startChaosLab();
  const gate = join(lab.folder, 'gate');
  const script = lab.script('wait.sh', '#!/bin/sh\necho begun\nuntil [ -e "$1" ]; do sleep 0.05; done\necho over\n');
  // All pauses are as long as they can be: 0.5, 1, 2, 4, 8, 16 and then 30 s.
  const longest = { NODE_OPTIONS: '--import=data:text/javascript,Math.random=()=>0.999' };
  const screen = onTerminal(lab, ['run', script, '--on', 'web1', '--', gate], longest);
  await screen.sees('begun');
  lab.chaos.rules = () => 'refuse';
  lab.chaos.break('reset');
  await screen.sees('Press Enter to try again at once');
  await lab.chaos.reached(1 + 4);
  lab.chaos.rules = () => ({});
  // Now 8 s would have to pass by themselves.
  const began = performance.now();
  // The last try may still be failing, and only a pause can be ended: pressed again, as anybody would.
  const pressing = setInterval(() => screen.type('\n'), 500);
  await lab.chaos.reached(1 + 5).finally(() => clearInterval(pressing));
  expect(performance.now() - began).toBeLessThan(6_000);
  writeFileSync(gate, '');
  expect(await screen.ended).toBe(0);
  expect(screen.text()).toContain('over');
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
function onTerminal(lab: Lab, args: readonly string[], variables: NodeJS.ProcessEnv = {}): Screen {
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
  const env = { PATH: process.env.PATH, HOME: join(lab.folder, 'home'), TERM: 'xterm', ...variables };
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
