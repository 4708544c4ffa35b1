import { expect, test } from 'vitest';
import type { PlanOptions } from '../../../src/app/cronium.ts';
import { resolveValues } from '../../../src/app/resolve-values.ts';
import type { ScriptEvent } from '../../../src/domain/event.ts';
import { serverOf } from '../store/plan.ts';

const EVENT: ScriptEvent = {
  id: 'a.sh',
  name: 'a.sh',
  script: { root: '/project', path: 'a.sh' },
  servers: [],
  tags: [],
  args: [],
  env: {},
  files: [],
  retries: 0,
  overlap: 'queue',
  inputs: [],
  onDisconnect: { kind: 'continue' },
  secrets: [],
};

function resolve(event: Partial<ScriptEvent>, options: Partial<PlanOptions> = {}) {
  const host = { env: { HOME: '/home/me' }, homeDir: '/home/me' };
  const { own, ...values } = resolveValues(
    { ...EVENT, ...event },
    { signal: new AbortController().signal, ...options },
    host,
  );
  return { ...values, own: own(serverOf('web-1')) };
}

test('resolveValues() leaves what is in the manifest as it is to the manifest', () => {
  expect(resolve({ args: ['a', '$b'], env: { A: 'x' }, cwd: '/srv' })).toEqual({
    cwd: '/srv',
    common: { env: {} },
    own: undefined,
  });
});

test('resolveValues() puts values in the place of variables, everywhere', () => {
  const inputs = [{ id: 'branch', default: 'main' }];
  expect(
    resolve(
      {
        inputs,
        args: ['--branch', '${input:branch}', '$${kept}'],
        env: { WHERE: '${env:HOME}/x', PLAIN: 'x' },
        cwd: '${input:branch}',
        input: { of: ['${file}'] },
      },
      { inputs: { branch: 'next' } },
    ),
  ).toEqual({
    cwd: 'next',
    input: { of: ['/project/a.sh'] },
    common: { args: ['--branch', 'next', '${kept}'], env: { WHERE: '/home/me/x' } },
    own: undefined,
  });
});

test('resolveValues() takes what the person gives for this run as it is, and does not ask for what that replaces', () => {
  const event = { args: ['${input:none}'], input: '${input:none}', env: { A: '${userHome}' } };
  expect(resolve(event, { args: ['${file}'], input: '${file}', env: { A: '${file}', B: '1' } })).toEqual({
    input: '${file}',
    common: { args: ['${file}'], env: { A: '${file}', B: '1' } },
    own: undefined,
  });
});

test('resolveValues() gives each server its own arguments and environment where they name it', () => {
  const event = { args: ['${server.name}', 'x'], env: { HOST: '${server.name}!', HOME_DIR: '${userHome}' } };
  expect(resolve(event, { env: { EXTRA: '1' } })).toEqual({
    common: { env: { HOME_DIR: '/home/me', EXTRA: '1' } },
    own: { args: ['web-1', 'x'], env: { HOME_DIR: '/home/me', HOST: 'web-1!', EXTRA: '1' } },
  });
  expect(resolve({ ...event, env: {} }, { args: ['given'] }).own).toBeUndefined();
  expect(resolve({ env: event.env }).own).toEqual({ env: { HOME_DIR: '/home/me', HOST: 'web-1!' } });
});

test('resolveValues() names a variable without a value, and where it stands', () => {
  const check = (event: Partial<ScriptEvent>, message: string): void =>
    expect(() => resolve(event)).toThrow(
      expect.objectContaining({ code: 'event/variable', message: expect.stringContaining(message) }),
    );
  check({ args: ['a', '${env:NOPE}'] }, '"${env:NOPE}" in "args[1]"');
  check({ env: { A: '${input:branch}' } }, '"${input:branch}" in "env.A"');
  check({ env: { A: '${server.name} ${env:NOPE}' } }, '"${env:NOPE}" in "env.A"');
  check({ cwd: '${server.name}' }, '"${server.name}" in "cwd"');
});
