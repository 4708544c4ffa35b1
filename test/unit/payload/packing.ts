import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { nodeFiles } from '../../../src/app/node-files.ts';
import { CroniumError } from '../../../src/domain/errors.ts';
import type { ScriptEvent } from '../../../src/domain/event.ts';
import type { Payload } from '../../../src/domain/payload.ts';
import { type BuildOptions, buildPayload } from '../../../src/payload/payload.ts';

export type Contents = Readonly<Record<string, string | Uint8Array>>;

export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cronium-payload-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

export function write(root: string, files: Contents): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), content);
  }
}

export function folderWith(files: Contents): string {
  const root = tempFolder();
  write(root, { 'run.sh': '#!/bin/sh\necho hello\n', ...files });
  return root;
}

export function eventOf(root: string, fields: Partial<ScriptEvent> = {}): ScriptEvent {
  return {
    id: 'run.sh',
    name: 'Run',
    script: { root, path: 'run.sh' },
    servers: [],
    tags: [],
    args: [],
    env: {},
    files: [],
    timeoutMs: 1_000,
    retries: 0,
    overlap: 'queue',
    inputs: [],
    onDisconnect: { kind: 'continue' },
    secrets: [],
    ...fields,
  };
}

export function build(event: ScriptEvent, options: Partial<BuildOptions> = {}): Promise<Payload> {
  return buildPayload(event, {
    files: nodeFiles,
    cacheDir: tempFolder(),
    signal: new AbortController().signal,
    ...options,
  });
}

export function buildFiles(root: string, ...files: string[]): Promise<Payload> {
  return build(eventOf(root, { files }));
}

/** Unpacks with GNU tar, which shares no code with us, and reads the files below `files/`. */
export function unpack({ file }: Payload): Record<string, Buffer> {
  const target = tempFolder();
  execFileSync('tar', ['-xzf', file, '-C', target]);
  const below = join(target, 'files');
  const names = readdirSync(below, { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(join(below, name)).isFile(),
  );
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(below, name))]));
}

export function namesIn(payload: Payload): string[] {
  return Object.keys(unpack(payload)).sort();
}

export async function checkRefused(attempt: Promise<Payload>, code: string, message: string | RegExp): Promise<void> {
  const error = await attempt.then(
    () => expect.unreachable('it was packed'),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(CroniumError);
  expect(error).toMatchObject({ code });
  expect(error).toHaveProperty('message', typeof message === 'string' ? message : expect.stringMatching(message));
}
