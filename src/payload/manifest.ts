import { CroniumError } from '../domain/errors.ts';
import type { ScriptEvent } from '../domain/event.ts';
import type { Manifest } from '../domain/manifest.ts';
import { compareBytes } from './order.ts';

/** What YAML does not take as it is within quotes, though JSON does. */
const ESCAPED = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g;

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

/** Writes `manifest.yaml`: JSON, which is YAML too. The same manifest gives the same bytes. */
export function encodeManifest(manifest: Manifest): Buffer {
  const { cronium, name, entrypoint, interpreter, args, env, cwd } = manifest;
  const sorted = Object.fromEntries(Object.entries(env).sort(([one], [other]) => compareBytes(one, other)));
  const text = JSON.stringify({ cronium, name, entrypoint, interpreter, args, env: sorted, cwd }, null, 2);
  const bytes = Buffer.from(`${text.replace(ESCAPED, escaped)}\n`);
  if (bytes.length > MAX_MANIFEST_BYTES) {
    throw new CroniumError(
      'payload/manifest',
      `Cannot pack "${manifest.name}": its arguments and environment take ${bytes.length.toLocaleString('en')} bytes, at most ${MAX_MANIFEST_BYTES.toLocaleString('en')} are allowed`,
    );
  }
  return bytes;
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
