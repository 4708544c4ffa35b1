import { closeSync, openSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { ReadStream } from 'node:tty';
import { displayable } from '../base/display.ts';
import type { HostKeyQuestion, Prompts } from '../transport/transport.ts';

/**
 * Asks the person at the controlling terminal, also when stdin and stdout are redirected. Without a terminal there is nobody to
 * ask, and what needs an answer is refused.
 */
export function terminalPrompts(options: { readonly hasTerminal: boolean; hold(): Disposable }): Prompts {
  if (!options.hasTerminal) return {};
  const ask = async (
    question: string,
    { signal, isHidden }: { signal: AbortSignal; isHidden: boolean },
  ): Promise<string | undefined> => {
    using _held = options.hold();
    const input = new ReadStream(openSync('/dev/tty', 'r'));
    const screen = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        // What is typed comes back through here: a secret's characters are swallowed.
        if (!isHidden) process.stderr.write(chunk);
        done();
      },
    });
    const reader = createInterface({ input, output: screen, terminal: true });
    // In raw mode Ctrl-C is a character; it shall mean here what it means everywhere.
    reader.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
    // The reader draws its own line anew with every key, so it has to know all of it.
    const lines = displayable(question).split('\n');
    const last = lines.pop() ?? '';
    process.stderr.write(lines.map((line) => `${line}\n`).join(''));
    if (isHidden) process.stderr.write(last);
    try {
      return await reader.question(isHidden ? '' : last, { signal });
    } catch {
      signal.throwIfAborted();
      return undefined;
    } finally {
      reader.close();
      input.destroy();
      if (isHidden) process.stderr.write('\n');
    }
  };
  return {
    askSecret: (question, { signal }) => ask(`${question}: `, { signal, isHidden: true }),
    askLine: (question, { signal }) => ask(`${question}: `, { signal, isHidden: false }),
    confirmHostKey: async (question, { signal }) =>
      (await ask(hostKeyText(question), { signal, isHidden: false }))?.trim().toLowerCase() === 'yes',
  };
}

/** The question about a host that is not known, with its key's picture as `ssh` draws it with VisualHostKey. */
function hostKeyText({ host, keyType, knownTypes, fingerprint, randomart, file }: HostKeyQuestion): string {
  const others = `Careful: it is known by keys of another type (${knownTypes.join(', ')}).`;
  return [
    `The host "${host}" is not known.`,
    ...(knownTypes.length > 0 ? [others] : []),
    `Its ${keyType} key is ${fingerprint}.`,
    randomart,
    `Trust it and add it to ${file}? (yes/no) `,
  ].join('\n');
}

/** Says whether there is a terminal on which somebody can answer. */
export function hasControllingTerminal(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r+'));
    return true;
  } catch {
    return false;
  }
}
