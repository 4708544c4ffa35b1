import { expect, test } from 'vitest';
import { buildResolvedHost, configuredMethods, parseSshG } from '../../../../src/transport/ssh/resolved-host.ts';

const LOCAL = {
  homeDir: '/home/ann',
  env: { SSH_AUTH_SOCK: '/run/agent', MY_AGENT: '/run/mine', LANG: 'C', LC_ALL: 'de', SECRET: 'x', EMPTY: '' },
  userName: 'ann',
  hostName: 'desk.example.org',
  platform: 'linux' as NodeJS.Platform,
};
const resolve = (...lines: string[]) =>
  buildResolvedHost('web', parseSshG(['hostname 10.0.0.1', 'user root', 'port 22', ...lines].join('\n')), LOCAL);

test('buildResolvedHost() reads where and as whom', () => {
  expect(
    resolve('port 2222', 'hostkeyalias the-name', 'bindaddress 10.0.0.2', 'addressfamily inet6', 'connecttimeout 7'),
  ).toMatchObject({
    name: 'web',
    hostname: '10.0.0.1',
    user: 'root',
    port: 22,
    hostKeyAlias: 'the-name',
    bindAddress: '10.0.0.2',
    addressFamily: 'inet6',
    connectTimeoutMs: 7_000,
  });
  expect(resolve('connecttimeout none').connectTimeoutMs).toBe(15_000);
  // A month is more than a timer can wait.
  expect(resolve('connecttimeout 2592000').connectTimeoutMs).toBe(2 ** 31 - 1);
});

test('buildResolvedHost() expands home, tokens and variables in paths', () => {
  const files = resolve(
    'identityfile ~/.ssh/id_%h',
    'identityfile keys/%r@%n.%p',
    'identityfile ${MY_AGENT}/%%/%u/%d',
    'identityfile /%L/%l',
    'identityfile none',
  ).identityFiles;
  expect(files).toEqual([
    '/home/ann/.ssh/id_10.0.0.1',
    '/home/ann/keys/root@web.22',
    '/run/mine/%/ann//home/ann',
    '/desk/desk.example.org',
  ]);
  expect(() => resolve('identityfile /x/%z')).toThrow(/uses "%z" in "\/x\/%z", which is not supported$/);
  expect(() => resolve('identityfile ${NOWHERE}/x')).toThrow(/uses "\$\{NOWHERE\}", which is not set$/);
});

test('buildResolvedHost() expands the tokens of a ProxyCommand and of jump hosts, and nothing else in them', () => {
  expect(resolve('proxycommand nc %h %p %n %r 100%% $HOME ~/x').proxyCommand).toBe(
    'nc 10.0.0.1 22 web root 100% $HOME ~/x',
  );
  expect(resolve('proxyjump first,gate-%h').proxyJump).toEqual(['first', 'gate-10.0.0.1']);
  expect([resolve('proxycommand none').proxyCommand, resolve().proxyJump]).toEqual([undefined, []]);
});

test('buildResolvedHost() finds the agent', () => {
  const check = (lines: string[], expected: string | undefined) => expect(resolve(...lines).agentSocket).toBe(expected);
  check([], '/run/agent');
  check(['identityagent SSH_AUTH_SOCK'], '/run/agent');
  check(['identityagent $MY_AGENT'], '/run/mine');
  check(['identityagent $EMPTY'], undefined);
  check(['identityagent none'], undefined);
  check(['identityagent ~/agent %r'], '/home/ann/agent root');
});

test('buildResolvedHost() splits the known_hosts files that ssh prints without quotes', () => {
  expect(resolve('userknownhostsfile /home/ann/.ssh/known_hosts /a b/known hosts ~/x').userKnownHostsFiles).toEqual([
    '/home/ann/.ssh/known_hosts',
    '/a b/known hosts',
    '/home/ann/x',
  ]);
  expect(resolve('userknownhostsfile none').userKnownHostsFiles).toEqual([]);
});

test('buildResolvedHost() tells named identity files from the default list', () => {
  const defaults = ['rsa', 'ecdsa', 'ecdsa_sk', 'ed25519', 'ed25519_sk', 'xmss', 'dsa'].map(
    (name) => `identityfile ~/.ssh/id_${name}`,
  );
  expect(resolve(...defaults).identityFilesAreNamed).toBe(false);
  expect(resolve('identityfile ~/.ssh/id_rsa').identityFilesAreNamed).toBe(true);
  expect(resolve(...defaults, 'identityfile ~/other').identityFilesAreNamed).toBe(true);
});

test('buildResolvedHost() reads every spelling of StrictHostKeyChecking', () => {
  const check = (value: string, expected: string) =>
    expect(resolve(`stricthostkeychecking ${value}`).strictHostKeyChecking).toBe(expected);
  check('true', 'yes');
  check('yes', 'yes');
  check('false', 'no');
  check('off', 'no');
  check('accept-new', 'accept-new');
  check('ask', 'ask');
  check('whatever', 'ask');
});

test('buildResolvedHost() sends the variables that are set or named', () => {
  const lines = ['sendenv LANG', 'sendenv LC_*', 'sendenv ?MPTY', 'setenv A=1=2', 'setenv LANG=fr'];
  expect(resolve(...lines).environment).toEqual({ LANG: 'fr', LC_ALL: 'de', EMPTY: '', A: '1=2' });
});

test('configuredMethods() follows the preference and the switches', () => {
  const check = (lines: string[], expected: string[]) =>
    expect(configuredMethods(parseSshG(lines.join('\n')))).toEqual(expected);
  check([], ['publickey', 'keyboard-interactive', 'password']);
  check(
    ['pubkeyauthentication false', 'gssapiauthentication yes'],
    ['gssapi-with-mic', 'keyboard-interactive', 'password'],
  );
  check(['preferredauthentications password,publickey', 'passwordauthentication no'], ['publickey']);
  check(['pubkeyauthentication host-bound', 'preferredauthentications publickey,other'], ['publickey']);
});

test("buildResolvedHost() finds the agent of Windows' own OpenSSH, unless another one is named", () => {
  const agentOf = (platform: NodeJS.Platform, env: Record<string, string>): string | undefined =>
    buildResolvedHost('web', parseSshG('hostname 10.0.0.1\nuser root\nport 22'), { ...LOCAL, platform, env })
      .agentSocket;
  expect(agentOf('win32', {})).toBe('\\\\.\\pipe\\openssh-ssh-agent');
  expect(agentOf('win32', { SSH_AUTH_SOCK: 'C:\\agent' })).toBe('C:\\agent');
  expect(agentOf('linux', {})).toBeUndefined();
});
