import type { Guard } from './guard.ts';

export const GUARDS: readonly Guard[] = [
  {
    name: 'silence is taken for death',
    ids: ['F12'],
    file: 'src/transport/ssh/liveness.ts',
    find: 'if (silent > silentTicks) deps.onDead(tickMs * silentTicks);',
    replace: 'if (silent < 0) deps.onDead(tickMs * silentTicks);',
  },
];
