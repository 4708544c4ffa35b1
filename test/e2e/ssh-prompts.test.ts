import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { HostKeyChangedError } from '../../src/domain/errors.ts';
import type { Prompts } from '../../src/transport/transport.ts';
import { allOf, type Lab, outcomeOf, signals, startLab } from '../fixtures/lab.ts';
import { knownName, publicKey, sshConfig } from '../fixtures/sshd.ts';
import { testKey } from '../fixtures/sshd-keys.ts';

const key = testKey('locked', { passphrase: 'open sesame' });
const locked = { sshd: { authorizedKeys: [readFileSync(`${key}.pub`, 'utf8')] } };

/** Lets the lab's servers be reached by the key with a passphrase alone, under the names that it gave them. */
function useLockedKey(lab: Lab): void {
  sshConfig(
    lab.folder,
    lab.servers.map((server, index) => ({ alias: `web${index + 1}`, server, identityFile: key })),
  );
}

/** Somebody who knows the passphrase, and for which servers they were asked. */
function person(): { prompts: Prompts; asked: unknown[] } {
  const asked: unknown[] = [];
  const askSecret: Prompts['askSecret'] = async (_prompt, { server }) => {
    asked.push(server);
    return 'open sesame';
  };
  return { prompts: { askSecret }, asked };
}

test('three runs at once on a server are one login, and one question', async () => {
  await using lab = await startLab(locked);
  useLockedKey(lab);
  const { prompts, asked } = person();
  const engine = lab.engine({ prompts });
  const script = lab.script('hello.sh', '#!/bin/sh\necho hello\n');
  const plans = await Promise.all([1, 2, 3].map(() => lab.plan(engine, script, ['web1'])));
  const runs = await Promise.all(plans.map((plan) => allOf(engine.run({ ...plan, overlap: 'parallel' }, signals()))));
  expect(runs.map((events) => outcomeOf(events, 'web1'))).toEqual(Array(3).fill({ kind: 'succeeded', exitCode: 0 }));
  expect([asked, lab.servers[0]?.connections()]).toEqual([['web1'], 1]);
});

test('a run on three servers asks once for the key that all of them take', async () => {
  await using lab = await startLab({ servers: 3, ...locked });
  useLockedKey(lab);
  const { prompts, asked } = person();
  const engine = lab.engine({ prompts });
  const script = lab.script('hello.sh', '#!/bin/sh\necho hello\n');
  const names = ['web1', 'web2', 'web3'];
  const events = await allOf(engine.run(await lab.plan(engine, script, names), signals()));
  expect(names.map((name) => outcomeOf(events, name))).toEqual(Array(3).fill({ kind: 'succeeded', exitCode: 0 }));
  expect(asked).toHaveLength(1);
});

test('a host whose key has changed gets no run, and the person is told where the old key stands', async () => {
  await using lab = await startLab();
  const [server] = lab.servers;
  const file = join(lab.folder, 'known_hosts');
  writeFileSync(file, `${knownName(server?.address ?? '', server?.port ?? 0)} ${publicKey(testKey('host-other'))}\n`);
  let isAsked = false;
  const confirmHostKey = async (): Promise<boolean> => {
    isAsked = true;
    return true;
  };
  const engine = lab.engine({ prompts: { confirmHostKey } });
  const [web] = await engine.selectServers(['web1']);
  if (!web) throw new Error('No server');
  const { signal } = new AbortController();
  const error: unknown = await engine.connect(web, { signal }).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(HostKeyChangedError);
  expect(error).toMatchObject({ code: 'connect/hostkey-changed', file, line: 1 });
  const events = await allOf(
    engine.run(await lab.plan(engine, lab.script('x.sh', '#!/bin/sh\n'), ['web1']), signals()),
  );
  expect(outcomeOf(events, 'web1')).toMatchObject({
    kind: 'broken',
    message: expect.stringMatching(
      /host key has changed.*SHA256:.*SHA256:.*ssh-keygen -f ".*" -R "\[127\.0\.1\.1\]:\d+"/,
    ),
  });
  expect([isAsked, server?.connections()]).toEqual([false, 2]);
});
