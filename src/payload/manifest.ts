import { CroniumError } from '../domain/errors.ts';
import type { ScriptEvent } from '../domain/event.ts';
import type { Manifest } from '../domain/manifest.ts';
import { compareBytes } from './order.ts';
import { quoted } from './quote.ts';

/** What the runner accepts; see docs/protocol.md, "Payload". */
const MAX_MANIFEST_BYTES = 262_144;

/** The manifest of an event's payload: what belongs to the content, nothing that differs between two runs. */
export function buildManifest(event: ScriptEvent): Manifest {
  return {
    cronium: 1,
    name: event.name,
    entrypoint: event.script.path,
    ...(event.interpreter === undefined ? {} : { interpreter: event.interpreter }),
    args: event.args,
    env: event.env,
    ...(event.cwd === undefined ? {} : { cwd: event.cwd }),
  };
}

/** Writes `manifest.yaml`: the same manifest gives the same bytes. */
export function encodeManifest(manifest: Manifest): Buffer {
  const { interpreter } = manifest;
  const lines = [
    `cronium: ${manifest.cronium}`,
    `name: ${quoted(manifest.name)}`,
    `entrypoint: ${quoted(manifest.entrypoint)}`,
    ...(interpreter
      ? ['interpreter:', `  commands: ${list(interpreter.commands)}`, `  args: ${list(interpreter.args)}`]
      : []),
    `args: ${list(manifest.args)}`,
    ...environment(manifest.env),
    ...(manifest.cwd === undefined ? [] : [`cwd: ${quoted(manifest.cwd)}`]),
  ];
  const bytes = Buffer.from(`${lines.join('\n')}\n`);
  if (bytes.length > MAX_MANIFEST_BYTES) {
    throw new CroniumError(
      'payload/manifest',
      `Cannot pack "${manifest.name}": its arguments and environment take ${bytes.length.toLocaleString('en')} bytes, at most ${MAX_MANIFEST_BYTES.toLocaleString('en')} are allowed`,
    );
  }
  return bytes;
}

function list(items: readonly string[]): string {
  return `[${items.map(quoted).join(', ')}]`;
}

function environment(env: Readonly<Record<string, string>>): string[] {
  const entries = Object.entries(env).sort(([one], [other]) => compareBytes(one, other));
  if (entries.length === 0) return ['env: {}'];
  // The form with "?" because parsers take no more than 1,024 characters for a key without it.
  return ['env:', ...entries.flatMap(([name, value]) => [`  ? ${quoted(name)}`, `  : ${quoted(value)}`])];
}
