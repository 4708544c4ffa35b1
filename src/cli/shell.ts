import { homedir } from 'node:os';
import { join } from 'node:path';
import { type Cronium, createCronium } from '../app/cronium.ts';
import { findPlaces } from '../app/places.ts';
import { sqliteBinding } from '../app/sqlite-binding.ts';
import { displayable } from '../base/display.ts';
import type { Prompts } from '../transport/transport.ts';
import { EnterKey } from './enter-key.ts';
import { Output } from './output.ts';
import { createPalette, type Palette } from './palette.ts';
import { StatusLine } from './status-line.ts';
import { hasControllingTerminal, terminalPrompts } from './terminal.ts';

/** The options that every command has. */
export interface GlobalOptions {
  /** `-F` of `ssh`. */
  readonly sshConfig?: string;
  readonly dataDir?: string;
  readonly config?: string;
  readonly color: boolean;
  readonly verbose?: boolean;
}

/** What a command works with: the terminal, and the engine when it is asked for. */
export interface Shell extends AsyncDisposable {
  readonly out: Output;
  readonly err: Output;
  readonly palette: Palette;
  readonly status: StatusLine;
  readonly enterKey: EnterKey;
  readonly isVerbose: boolean;
  /** The person at the terminal; without one, there is nobody to ask. */
  readonly prompts: Prompts;
  /** Opened at the first call. */
  cronium(): Cronium;
}

export function createShell(options: GlobalOptions, handlers: { onOutputGone(): void }): Shell {
  const isColoured =
    options.color && process.stdout.isTTY && process.env.NO_COLOR === undefined && process.env.TERM !== 'dumb';
  const status = new StatusLine(process.stderr.isTTY ? process.stderr : undefined);
  const out = new Output(process.stdout, handlers.onOutputGone);
  const err = new Output(process.stderr, () => {});
  const places = findPlaces({
    env: process.env,
    homeDir: homedir(),
    platform: process.platform,
    dataDir: options.dataDir,
    configFile: options.config,
  });
  const enterKey = new EnterKey();
  const hold = (): Disposable => {
    const held = [status.hold(), enterKey.hold()];
    return {
      [Symbol.dispose]: () => {
        for (const one of held) one[Symbol.dispose]();
      },
    };
  };
  const prompts = terminalPrompts({ hasTerminal: hasControllingTerminal(), hold });
  let engine: Cronium | undefined;
  return {
    out,
    err,
    palette: createPalette({ isColoured }),
    status,
    enterKey,
    isVerbose: options.verbose === true,
    prompts,
    cronium: () => {
      if (engine) return engine;
      engine = createCronium({
        ...places,
        ...(options.sshConfig === undefined ? {} : { sshConfigFile: options.sshConfig }),
        runnersDir: join(__dirname, 'runners'),
        sqliteBinding: join(__dirname, 'sqlite', sqliteBinding()),
        prompts,
        env: process.env,
        homeDir: homedir(),
        log: (line) => {
          if (options.verbose) void err.write(`cronium: ${displayable(line)}\n`);
        },
      });
      for (const notice of engine.notices) void err.write(`cronium: ${displayable(notice)}\n`);
      return engine;
    },
    [Symbol.asyncDispose]: async () => {
      status[Symbol.dispose]();
      await engine?.[Symbol.asyncDispose]();
    },
  };
}
