import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Sshd, type SshdOptions, sshConfig, startSshd } from '../../test/fixtures/sshd.ts';

/** Servers that are started at the same time: each forks, makes folders and is waited for. */
const STARTED_AT_ONCE = 10;

/** Real OpenSSH servers `host1`, `host2`, …, each a process of its own with its own address and home. */
export interface Fleet extends AsyncDisposable {
  readonly folder: string;
  readonly servers: readonly Sshd[];
  /** For `ssh -F`: a connection for each command. */
  readonly config: string;
  /** For `ssh -F`: one connection that commands share (ControlMaster). */
  readonly sharedConfig: string;
  /** The names of the first so many. */
  names(count: number): readonly string[];
  /** A file with the names of the first so many, one a line. */
  hostsFile(count: number): string;
}

export interface FleetOptions {
  readonly sshd?: (index: number) => SshdOptions;
}

export async function startFleet(count: number, options: FleetOptions = {}): Promise<Fleet> {
  const folder = mkdtempSync(join(tmpdir(), 'cronium-bench-'));
  const servers: Sshd[] = [];
  for (let from = 0; from < count; from += STARTED_AT_ONCE) {
    const some = Array.from({ length: Math.min(STARTED_AT_ONCE, count - from) }, (_, index) => from + index);
    const started = some.map((index) =>
      startSshd({
        address: `127.0.${1 + Math.floor(index / 200)}.${1 + (index % 200)}`,
        config: ['LogLevel INFO', 'MaxStartups 1000:30:2000'],
        env: { BENCH_HOST: String(index + 1) },
        ...options.sshd?.(index),
      }),
    );
    servers.push(...(await Promise.all(started)));
  }
  const aliases = servers.map((server, index) => ({ alias: `host${index + 1}`, server }));
  const config = sshConfig(folder, aliases);
  const common = ['Host *', '  BatchMode yes', '  LogLevel ERROR', '  IdentitiesOnly yes'];
  writeFileSync(config, `${readFileSync(config, 'utf8')}${common.join('\n')}\n`);
  const sharedConfig = join(folder, 'ssh_config.shared');
  const shared = ['  ControlMaster auto', `  ControlPath ${folder}/%C`, '  ControlPersist 600'];
  writeFileSync(sharedConfig, `${readFileSync(config, 'utf8')}${shared.join('\n')}\n`);
  const names = (some: number): string[] => aliases.slice(0, some).map(({ alias }) => alias);
  return {
    ...{ folder, servers, config, sharedConfig, names },
    hostsFile: (some) => {
      const file = join(folder, `hosts-${some}`);
      writeFileSync(file, `${names(some).join('\n')}\n`);
      return file;
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
