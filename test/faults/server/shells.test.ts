import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { outcomeOf, outputOf, startLab } from '../../fixtures/lab.ts';
import { type ShellServerOptions, startShellServer } from '../../fixtures/sshd-shell.ts';
import { fault } from '../fault.ts';
import { labOf } from '../lab/alias.ts';

const SCRIPT = '#!/bin/sh\numask\nfor each in "$@"; do printf "[%s]" "$each"; done\n';
/** What one or the other shell would take for its own. */
const ARGS = ['a b', `'"\``, '$HOME', '$(id)', '!!', '\\n', '*', '~', '-rf', '#', 'é\u202e', '', 'a\nb', '%', '{a,b}'];

/** Runs the script on a server with this login shell; what it said, and how it ended. */
async function runWith(options: ShellServerOptions & { readonly files?: Readonly<Record<string, string>> }) {
  await using server = await startShellServer(options);
  for (const [name, text] of Object.entries(options.files ?? {})) {
    mkdirSync(join(server.home, name, '..'), { recursive: true });
    writeFileSync(join(server.home, name), text);
  }
  await using lab = await labOf(server);
  const events = await lab.run(lab.script('it.sh', SCRIPT), { on: ['web1'], args: ARGS });
  return { said: outputOf(events, 'web1'), outcome: outcomeOf(events, 'web1') };
}

const RAN = { said: `0022\n${ARGS.map((each) => `[${each}]`).join('')}`, outcome: { kind: 'succeeded', exitCode: 0 } };

for (const shell of ['bash', 'dash', 'zsh', 'fish', 'tcsh', 'busybox']) {
  fault('F30', `${shell} as login shell changes nothing`, async () => {
    expect(await runWith({ shell: `/usr/bin/${shell}` })).toEqual(RAN);
  });
}

const HARMLESS: Readonly<Record<string, string>> = {
  'prints a line, an error and half of our words': 'echo hi; echo no >&2; printf "CRN1 00 hello\\nCRN1 "\n',
  'prints bytes and escapes': `printf '\\000\\377\\033]0;x\\007\\033[2J'\n`,
  'is strict': 'set -euo pipefail\n',
  'has no PATH': 'unset PATH\n',
  'has aliases and functions': 'shopt -s expand_aliases; alias cat=false; sh() { false; }; head() { false; }\n',
  'changes folder, umask aside': 'cd /; trap "echo bye" EXIT\n',
};
for (const [title, bashrc] of Object.entries(HARMLESS)) {
  fault('F31', `a .bashrc that ${title} does no harm`, async () => {
    expect(await runWith({ shell: '/bin/bash', files: { '.bashrc': bashrc } })).toEqual(RAN);
  });
}

fault('F31', 'a ~/.ssh/rc that prints and takes its time does no harm', async () => {
  expect(
    await runWith({ shell: '/bin/bash', files: { '.ssh/rc': 'echo from rc; sleep 1; cat >/dev/null\n' } }),
  ).toEqual(RAN);
});

const REFUSING: readonly (readonly [string, ShellServerOptions & { files?: Record<string, string> }, RegExp])[] = [
  [
    'F31',
    { shell: '/bin/bash', files: { '.bashrc': 'printf "\\033[31mexit now"; exit 0\n' } },
    /exit code 0.*exit now/,
  ],
  ['F31', { shell: '/bin/bash', files: { '.bashrc': 'echo not today; exit 3\n' } }, /exit code 3.*not today/],
  ['F27', { shell: '/bin/bash', config: ['ForceCommand /bin/echo forced'] }, /exit code 0.*forced/],
  ['F27', { shell: '/usr/sbin/nologin' }, /exit code 1.*not available/],
  ['F27', { shell: '/bin/bash', config: ['ForceCommand internal-sftp'] }, /./],
  ['F27', { shell: '/bin/bash', config: ['MaxSessions 0'] }, /session|channel|command/i],
  ['F33', saying('Password change required but no TTY available.'), /Password change required/],
  ['F33', saying('/usr/bin/xauth: Disk quota exceeded'), /Disk quota exceeded/],
];
REFUSING.forEach(([id, options, message], index) => {
  fault(id, `a server that does not let commands run is told as it is, never a success (${index + 1})`, async () => {
    const { said, outcome } = await runWith(options);
    expect(said).toBe('');
    expect(outcome).toMatchObject({ kind: 'broken', message: expect.stringMatching(message) });
    expect(JSON.stringify(outcome)).not.toMatch(/\\u001b|\u009b/);
  });
});

fault('F33', 'an expired account is a denied login, tried once', async () => {
  await using server = await startShellServer({
    shell: '/bin/bash',
    editEtc: (etc) => editShadow(etc, 'shelly:*:19000:0:99999:7::1:'),
  });
  await using lab = await labOf(server);
  const events = await lab.run(lab.script('it.sh', SCRIPT), { on: ['web1'] });
  expect(outcomeOf(events, 'web1')).toMatchObject({ kind: 'broken', code: 'connect/denied' });
  expect(server.connections()).toBe(1);
});

fault('F32', 'a long banner full of escapes is in no log, and is quoted as text where a login is denied', async () => {
  await using folder = await startLab({ servers: 0 });
  const banner = folder.script('banner', `\x1b]0;owned\x07\x1b[2Jkeep out \u009b31m\n${'x'.repeat(32_000)}`);
  await using server = await startShellServer({ shell: '/bin/bash', config: [`Banner ${banner}`] });
  await using lab = await labOf(server);
  const script = lab.script('it.sh', '#!/bin/sh\necho it runs\n');
  const { code, stdout, stderr } = await lab.cli('run', script, '--on', 'web1');
  expect([code, stdout]).toEqual([0, 'web1 │ it runs\n']);
  expect(stderr).not.toMatch(/keep out|xxxx|\x1b|\u009b/);

  await using locked = await startShellServer({ shell: '/bin/bash', config: [`Banner ${banner}`], authorizedKeys: [] });
  await using other = await labOf(locked);
  const denied = await other.cli('run', script, '--on', 'web1');
  expect(denied.code).toBe(125);
  expect(denied.stderr).toContain('keep out');
  expect(`${denied.stdout}${denied.stderr}`).not.toMatch(/\x1b|\u009b|x{600}/);
});

fault('F32', 'a banner that is longer than a packet may be is told as such', async () => {
  await using folder = await startLab({ servers: 0 });
  const banner = folder.script('banner', 'x'.repeat(64 << 10));
  await using server = await startShellServer({ shell: '/bin/bash', config: [`Banner ${banner}`] });
  await using lab = await labOf(server);
  const events = await lab.run(lab.script('it.sh', SCRIPT), { on: ['web1'] });
  expect(outcomeOf(events, 'web1')).toMatchObject({
    kind: 'broken',
    code: 'connect/protocol',
    message: expect.stringMatching(/longer than 35,000 bytes.*banner must be shorter/),
  });
});

/** A login shell that says this and ends, as `login` and PAM do. */
function saying(words: string): ShellServerOptions {
  const shell = '/run/saying';
  const text = `#!/bin/sh\\necho "${words}" >&2\\nexit 1\\n`;
  return { shell, mounts: () => [`printf '${text}' > ${shell}`, `chmod 755 ${shell}`] };
}

/** Replaces the line of the user in the server's own `shadow`. */
function editShadow(etc: string, line: string): void {
  writeFileSync(join(etc, 'shadow'), `root:*:19000:0:99999:7:::\nsshd:!:19000::::::\n${line}\n`);
}
