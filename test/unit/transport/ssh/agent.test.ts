import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { openAgent } from '../../../../src/transport/ssh/agent.ts';

test('openAgent() leaves an agent that does not answer, and its socket', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cronium-agent-'));
  const path = join(folder, 'socket');
  const server = createServer().listen(path);
  await once(server, 'listening');
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const opening = openAgent(path);
    const [socket] = (await once(server, 'connection')) as [Socket];
    await once(socket, 'readable');
    vi.advanceTimersByTime(5_000);
    expect(await opening).toMatchObject({
      keys: [],
      notes: [`the agent at "${path}" gave no keys (it did not answer within 5 s)`],
    });
    await once(socket.resume(), 'close');
  } finally {
    vi.useRealTimers();
    server.close();
    rmSync(folder, { recursive: true });
  }
});
