import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';

const RUNNER = resolve(import.meta.dirname, '../../../runner');
const run = promisify(execFile);

export interface GoTestOptions {
  /** Which tests of the package. */
  readonly run: string;
  /** How often; 1 unless told. */
  readonly count?: number;
  /** What the tests take from the environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs tests of the runner where they live. Throws with what they said when one fails, or when none of this name is there. */
export async function goTest(folder: string, { run: name, count = 1, env = {} }: GoTestOptions): Promise<void> {
  const args = ['test', '-v', `-count=${count}`, '-run', name, folder];
  try {
    const { stdout } = await run('go', args, { cwd: RUNNER, env: { ...process.env, ...env }, maxBuffer: 64 << 20 });
    if (!stdout.includes('--- PASS')) throw new Error(`go ${args.join(' ')}: there is no such test`);
  } catch (error) {
    const { stdout } = error as { stdout?: string };
    if (stdout === undefined) throw error;
    const said = stdout.split('\n').filter((line) => !/^\s*(=== |--- PASS)/.test(line));
    throw new Error(`go ${args.join(' ')}:\n${said.slice(-60).join('\n')}`, { cause: error });
  }
}
