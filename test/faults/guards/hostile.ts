import type { Guard } from './guard.ts';

export const GUARDS: readonly Guard[] = [
  {
    name: 'nothing is heard before the host key was judged',
    ids: ['T10'],
    file: 'src/transport/ssh/establish.ts',
    find: '    order.enforce();',
    replace: '',
  },
];
