import type { HelperDesk } from '../../../src/helpers/desk.ts';

/** Lets every script in and answers nobody. */
export const noDesk: Pick<HelperDesk, 'admit' | 'dismiss' | 'serve' | 'attached'> = {
  admit: async () => 'a.b.c',
  dismiss: () => {},
  serve: ({ socket }) => void socket.destroy(),
  attached: () => {},
};
