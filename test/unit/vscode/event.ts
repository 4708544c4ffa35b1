import type { ScriptEvent } from '../../../src/domain/event.ts';

/** An event as a header with a name and servers makes it. */
export function eventOf(fields: Partial<ScriptEvent> = {}): ScriptEvent {
  return {
    id: 'ops/restart.sh',
    name: 'Restart web',
    script: { root: '/project', path: 'ops/restart.sh' },
    declaredAt: { path: 'ops/restart.sh', line: 2 },
    servers: ['web-*'],
    tags: [],
    args: [],
    env: {},
    files: [],
    retries: 3,
    overlap: 'queue',
    inputs: [],
    onDisconnect: { kind: 'continue' },
    secrets: [],
    ...fields,
  };
}
