import type { Guard } from './guard.ts';

const REFUSAL = "if (verdict.kind !== 'unknown') throw refusal(host, name, key, verdict);";

export const GUARDS: readonly Guard[] = [
  {
    name: 'what ssh said of one server is said of another with its own address',
    ids: ['F110'],
    file: 'src/transport/ssh/config-outline.ts',
    find: 'return new Map([...directives, ...[...own].map(([name, value]) => [name, [value]] as const)]);',
    replace: 'return own.size > 0 ? directives : new Map();',
  },
  {
    name: 'a changed host key is a refusal, not a question',
    ids: ['F111'],
    file: 'src/transport/ssh/host-key.ts',
    find: REFUSAL,
    replace: REFUSAL.replace("!== 'unknown'", "=== 'revoked'"),
  },
  {
    name: 'what a script writes is told',
    ids: ['F112'],
    file: 'src/execution/follow.ts',
    find: "return await this.#output('stdout', record.body);",
    replace: 'return;',
  },
  {
    name: 'all jobs on a server share one session',
    ids: ['F26', 'F113'],
    file: 'src/execution/sessions.ts',
    find: 'if (!shared || options.force)',
    replace: 'if (!shared || shared)',
  },
  {
    name: 'a mirror is closed with its job',
    ids: ['F114'],
    file: 'src/execution/own-log.ts',
    find: 'this.#mirror?.close();',
    replace: '',
  },
];
