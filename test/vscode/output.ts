import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Server } from './server.ts';

/** All of an output channel's text; VS Code keeps each channel in a file. The panel itself draws only the lines in sight. */
export function outputText(server: Server, channel: string): string {
  const logs = join(server.dataDir, 'logs');
  if (!existsSync(logs)) return '';
  return readdirSync(logs, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith(`/${channel}.log`) || path.endsWith(`-${channel}.log`))
    .sort()
    .map((path) => readFileSync(join(logs, path), 'utf8'))
    .join('');
}
