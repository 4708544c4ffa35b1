import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { assertRunnable, findEvent, findEvents, loadEvent } from '../../../src/app/events.ts';
import { Stopped } from '../../../src/domain/errors.ts';

const { signal } = new AbortController();

const FILES = {
  'ops/restart.sh': '# cronium:\n#   name: Restart\n#   servers: [web]\necho\n',
  'ops/plain.sh': 'echo\n',
  'cronium.yaml': `events:
  restart-production:
    script: ops/restart.sh
    servers: [production]
  plain:
    script: ops/plain.sh
    name: Restart
  lost:
    script: ops/gone.sh
  scriptless:
    name: Nothing
`,
};

async function folderWith(files: Readonly<Record<string, string>>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'cronium-events-'));
  onTestFinished(() => rm(root, { recursive: true }));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), content);
  }
  return root;
}

test('findEvents() finds headers and the entries of cronium.yaml beside them', async () => {
  const events = await findEvents(await folderWith(FILES), { signal });
  expect(
    events.map(({ event, problems }) => [event.id, event.name, event.servers, problems.map(({ message }) => message)]),
  ).toEqual([
    ['ops/restart.sh', 'Restart', ['web'], []],
    ['cronium.yaml#restart-production', 'restart-production', ['production'], []],
    ['cronium.yaml#plain', 'Restart', [], []],
    ['cronium.yaml#lost', 'lost', [], ['Cannot use the script "ops/gone.sh": there is no such file']],
  ]);
});

test('findEvents() finds headers where there is no cronium.yaml, and says when it cannot be read', async () => {
  const root = await folderWith({ 'a.sh': '# cronium: {name: A}\n' });
  expect((await findEvents(root, { signal })).map(({ event }) => event.id)).toEqual(['a.sh']);
  await mkdir(join(root, 'cronium.yaml'));
  await expect(findEvents(root, { signal })).rejects.toThrow(
    `Cannot read "${join(root, 'cronium.yaml')}": it is a folder`,
  );
});

test('findEvents() stops when it is told to', async () => {
  const stopped = new Stopped('user');
  await expect(findEvents(await folderWith(FILES), { signal: AbortSignal.abort(stopped) })).rejects.toBe(stopped);
});

test.each<[string, string]>([
  ['ops/restart.sh', 'ops/restart.sh'],
  ['cronium.yaml#plain', 'cronium.yaml#plain'],
  ['plain', 'cronium.yaml#plain'],
  ['restart-production', 'cronium.yaml#restart-production'],
])('findEvent() finds %j', async (name, id) => {
  expect((await findEvent(await folderWith(FILES), name, { signal })).event.id).toBe(id);
});

test('findEvent() says what it cannot find, and what could be meant', async () => {
  const root = await folderWith(FILES);
  await expect(findEvent(root, 'Restart', { signal })).rejects.toThrow(
    expect.objectContaining({
      code: 'event/ambiguous',
      message: 'Cannot choose the event "Restart": it is the name of ops/restart.sh, cronium.yaml#plain',
    }),
  );
  await expect(findEvent(root, 'plaim', { signal })).rejects.toThrow(
    expect.objectContaining({
      code: 'event/unknown',
      message: `Cannot find the event "plaim": did you mean "plain"?
  ${join(root, 'cronium.yaml')}:10:3  An event needs a script: add a line such as "script: ops/restart.sh"`,
    }),
  );
  await expect(findEvent(await folderWith({}), 'x', { signal })).rejects.toThrow(/nothing below ".*" is called so$/);
});

test('loadEvent() finds an entry again, from the texts of the editor', async () => {
  const root = await folderWith(FILES);
  const script = { root, path: 'ops/restart.sh' };
  const id = 'cronium.yaml#restart-production';
  const text = '# cronium: {timeout: 5s, servers: [x]}\n';
  const declarationText = 'events: {restart-production: {script: ops/restart.sh, name: Now}}';
  expect((await loadEvent(script, { id })).event).toMatchObject({ id, servers: ['production'] });
  const loaded = await loadEvent(script, { id, text, declarationText });
  expect(loaded.event).toMatchObject({ id, name: 'Now', timeoutMs: 5_000, servers: ['x'] });
  expect((await loadEvent(script, { id: 'ops/restart.sh', text })).event).toMatchObject({
    id: 'ops/restart.sh',
    servers: ['x'],
  });
});

test('loadEvent() reads the script that the entry names by now, not the text of the one before', async () => {
  const root = await folderWith(FILES);
  const declarationText = 'events: {restart-production: {script: ops/plain.sh}}';
  const { event } = await loadEvent(
    { root, path: 'ops/restart.sh' },
    { id: 'cronium.yaml#restart-production', text: '# cronium: {servers: [x]}\n', declarationText },
  );
  expect([event.script.path, event.servers]).toEqual(['ops/plain.sh', []]);
});

test('loadEvent() says that an entry is gone, and that a script is', async () => {
  const root = await folderWith(FILES);
  const script = { root, path: 'ops/restart.sh' };
  await expect(loadEvent(script, { id: 'cronium.yaml#x', declarationText: 'events: [' })).rejects.toThrow(
    expect.objectContaining({
      code: 'event/gone',
      message: expect.stringContaining('cronium.yaml has no such event any more\n  ') as unknown as string,
    }),
  );
  await expect(loadEvent({ root, path: 'gone.sh' })).rejects.toThrow(
    expect.objectContaining({
      code: 'event/read',
      message: `Cannot run "${join(root, 'gone.sh')}": there is no such file`,
    }),
  );
});

test('assertRunnable() names every error of the event', async () => {
  const root = await folderWith(FILES);
  const lost = await findEvent(root, 'lost', { signal });
  expect(() => assertRunnable(lost)).toThrow(
    `Cannot run "cronium.yaml#lost":\n  ${join(root, 'cronium.yaml')}:9:13  Cannot use the script "ops/gone.sh": there is no such file`,
  );
});
