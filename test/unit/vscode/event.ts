import type { ScriptEvent } from '../../../src/domain/event.ts';

/** An event as a header with a name and servers makes it. */
export function eventOf(fields: Partial<ScriptEvent> = {}): ScriptEvent {
  return {
    id: 'ops/restart.sh',
    name: 'Restart web',
    script: { root: '/project', path: 'ops/restart.sh' },
    servers: ['web-*'],
    tags: [],
    args: [],
    env: {},
    files: [],
    timeoutMs: 3_600_000,
    retries: 3,
    onSave: false,
    onDisconnect: { kind: 'continue' },
    secrets: [],
    ...fields,
  };
}
