import type { HelperDesk } from '../../../src/helpers/desk.ts';

/** Lets every script in and answers nobody. */
export const noDesk: Pick<HelperDesk, 'admit' | 'keepOut' | 'dismiss' | 'serve' | 'attached'> = {
  admit: async () => 'a.b.c',
  keepOut: () => {},
  dismiss: () => {},
  serve: ({ socket }) => void socket.destroy(),
  attached: () => {},
};
