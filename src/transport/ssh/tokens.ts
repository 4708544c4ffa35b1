import { createHash } from 'node:crypto';
import { isAbsolute, join } from 'node:path';
import { connectError } from './errors.ts';
import type { LocalSide } from './resolved-host.ts';

/** What `%`-tokens of a configuration stand for. */
export interface TokenSource {
  readonly name: string;
  readonly hostname: string;
  readonly user: string;
  readonly port: number;
  readonly hostKeyAlias: string | undefined;
  readonly jump: string;
}

/** Expands what `ssh -G` prints as it stands in the file: `%h`, `~` and `${NAME}` in paths, `%h` alone in commands. */
export function tokenise(
  source: TokenSource,
  local: LocalSide,
): { path(text: string): string; command(text: string): string } {
  const command: Record<string, string> = {
    '%': '%',
    h: source.hostname,
    k: source.hostKeyAlias ?? source.name,
    n: source.name,
    p: String(source.port),
    r: source.user,
  };
  const path: Record<string, string> = {
    ...command,
    d: local.homeDir,
    i: String(process.getuid?.() ?? ''),
    j: source.jump,
    l: local.hostName,
    L: local.hostName.split('.')[0] ?? '',
    u: local.userName,
    C: createHash('sha1')
      .update(local.hostName + source.hostname + source.port + source.user + source.jump)
      .digest('hex'),
  };
  const replace = (text: string, values: Record<string, string>) =>
    text.replace(/%(.?)/gs, (token, letter: string) => {
      const value = values[letter];
      if (value === undefined) {
        throw connectError(
          'connect/config',
          `Cannot connect to "${source.name}": its SSH configuration uses "${token}" in "${text}", which is not supported`,
        );
      }
      return value;
    });
  return {
    command: (text) => replace(text, command),
    path: (text) => {
      const named = text.replace(/\$\{(\w+)\}/g, (_, variable: string) => {
        const value = local.env[variable];
        if (value !== undefined) return value;
        throw connectError(
          'connect/config',
          `Cannot connect to "${source.name}": its SSH configuration uses "\${${variable}}", which is not set`,
        );
      });
      const expanded = replace(
        named.replace(/^~(?=\/|\\|$)/, () => local.homeDir.replaceAll('%', '%%')),
        path,
      );
      return isAbsolute(expanded) ? expanded : join(local.homeDir, expanded);
    },
  };
}
