import { spawn } from 'node:child_process';
import { hostname, userInfo } from 'node:os';
import { eventLoop } from '../../base/loop-share.ts';
import { type Address, parseAddress } from './address.ts';
import { type ConfigRoots, concreteHosts, configStamp, readUserConfig } from './config-files.ts';
import { adaptDirectives, type ConfigOutline, isConfirmed, likeness, readOutline } from './config-outline.ts';
import { connectError } from './errors.ts';
import { printable } from './printable.ts';
import { buildResolvedHost, type LocalSide, parseSshG, type ResolvedHost } from './resolved-host.ts';
import { createSlots } from './slots.ts';
import { hasStreams } from './spawned.ts';
import { refuseUnsupported } from './unsupported.ts';

/** The user's SSH configuration, as `ssh` itself understands it. */
export interface SshConfig {
  /**
   * Where `address` (an alias, `[user@]host[:port]` or `ssh://…`) leads. Asks `ssh -G` once per state of the files, and once for
   * all servers that provably differ in their address only.
   */
  resolve(address: string, options: { readonly signal: AbortSignal }): Promise<ResolvedHost>;
  /** The names in the user's files that stand for one host each. */
  listAliases(): Promise<readonly string[]>;
}

export interface SshConfigDeps extends ConfigRoots {
  readonly env: LocalSide['env'];
}

// `ssh -G` answers in milliseconds; only a `Match exec` that hangs takes longer.
const SSH_G_TIMEOUT_MS = 5_000;
const SSH_G_OUTPUT_LIMIT = 256 * 1024;
// Starting a process blocks us for milliseconds, and a hundred at once take both cores from those that have started.
const PARALLEL_QUESTIONS = 4;
// Looking at the files costs more than asking for a second server of the same run.
const STAMP_LIFETIME_MS = 500;

type Directives = ReadonlyMap<string, readonly string[]>;

export function createSshConfig(deps: SshConfigDeps): SshConfig {
  const slots = createSlots({ total: () => PARALLEL_QUESTIONS, perKey: PARALLEL_QUESTIONS });
  let cache = new Map<string, Promise<ResolvedHost>>();
  let answers = new Map<string, Promise<Directives | undefined>>();
  let outline: Promise<ConfigOutline | undefined> | undefined;
  let local: LocalSide | undefined;
  let cachedStamp: string | undefined;
  let stamp: Promise<string> | undefined;
  let stampTakenAt = 0;

  const currentStamp = () => {
    const now = performance.now();
    if (stamp === undefined || now - stampTakenAt > STAMP_LIFETIME_MS) {
      stamp = configStamp(deps, now);
      stampTakenAt = now;
    }
    return stamp;
  };

  /** What others wait for too is not stopped with the one who asked first. */
  const ask = async (address: Address) => {
    const release = await slots.take('', { signal: new AbortController().signal });
    try {
      return parseSshG(await askSsh(address, deps));
    } finally {
      release();
    }
  };

  /** What `ssh -G` says of `address`, or would say. */
  const directivesOf = async (address: Address): Promise<Directives> => {
    const known = answers;
    outline ??= readOutline(deps);
    const read = await outline;
    // A thousand have waited for it, and each of them looks itself up.
    await eventLoop.turn();
    const alike = read && likeness(read, address);
    if (alike === undefined) return ask(address);
    const asked = known.get(alike.key);
    if (asked !== undefined) {
      const directives = await asked;
      await eventLoop.turn();
      return directives === undefined ? ask(address) : adaptDirectives(directives, alike);
    }
    const answer = ask(address);
    const confirmed = answer.then((directives) => (isConfirmed(directives, alike) ? directives : undefined));
    known.set(
      alike.key,
      confirmed.catch(() => {
        known.delete(alike.key);
        return undefined;
      }),
    );
    return answer;
  };

  return {
    resolve: async (address, { signal }) => {
      signal.throwIfAborted();
      const parsed = parseAddress(address);
      const stampNow = await currentStamp();
      signal.throwIfAborted();
      if (stampNow !== cachedStamp) {
        cachedStamp = stampNow;
        cache = new Map();
        answers = new Map();
        outline = undefined;
        local = undefined;
      }
      const cached = cache.get(address);
      if (cached !== undefined) return cached;
      const resolving = directivesOf(parsed).then((directives) => {
        refuseUnsupported(parsed.host, directives);
        // Who we are may be asked of the network.
        local ??= localSide(deps);
        return buildResolvedHost(parsed.host, directives, local);
      });
      const mine = cache;
      mine.set(address, resolving);
      // What went wrong may be put right outside the files.
      resolving.catch(() => mine.delete(address));
      return resolving;
    },
    listAliases: async () => concreteHosts(await readUserConfig(deps)),
  };
}

function localSide({ homeDir, env }: SshConfigDeps): LocalSide {
  return { homeDir, env, userName: userName(env), hostName: hostname(), platform: process.platform };
}

/** In some containers nobody is called as who we run. */
function userName(env: LocalSide['env']): string {
  try {
    return userInfo().username;
  } catch {
    return env.USER ?? '';
  }
}

/** The text that `ssh -G` prints for `address`. */
function askSsh(address: Address, deps: SshConfigDeps): Promise<string> {
  const args = ['-G'];
  if (deps.sshConfigFile !== undefined) args.push('-F', deps.sshConfigFile);
  if (address.user !== undefined) args.push('-l', address.user);
  if (address.port !== undefined) args.push('-p', String(address.port));
  args.push('--', address.host);
  const cannot = (found: string, cause?: unknown) =>
    connectError('connect/config', `Cannot read the SSH configuration of "${address.host}": ${found}`, { cause });

  return new Promise((resolve, reject) => {
    const child = spawn('ssh', args, { stdio: ['ignore', 'pipe', 'pipe'], env: deps.env, windowsHide: true });
    const output: Buffer[] = [];
    const complaints: Buffer[] = [];
    let size = 0;
    const collect = (into: Buffer[]) => (chunk: Buffer) => {
      size += chunk.length;
      if (size <= SSH_G_OUTPUT_LIMIT) into.push(chunk);
    };
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(cannot(`"ssh -G" did not answer within ${SSH_G_TIMEOUT_MS / 1000} s`));
    }, SSH_G_TIMEOUT_MS);
    child.once('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      const found =
        error.code === 'ENOENT' ? 'the program "ssh" was not found, install the OpenSSH client' : error.message;
      reject(cannot(found, error));
    });
    if (!hasStreams(child)) return;
    child.stdout.on('data', collect(output));
    child.stderr.on('data', collect(complaints));
    child.once('close', (code) => {
      clearTimeout(timer);
      if (code === 0 && size <= SSH_G_OUTPUT_LIMIT) resolve(Buffer.concat(output).toString());
      else reject(cannot(complaint(Buffer.concat(complaints).toString()) || `"ssh -G" ended with ${code}`));
    });
  });
}

function complaint(text: string): string {
  const lines = text.split('\n').filter((line) => !line.startsWith('Pseudo-terminal'));
  return printable(lines.join('\n'), { limit: 500 });
}
