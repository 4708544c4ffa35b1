import type { Guard } from './guard.ts';

export const GUARDS: readonly Guard[] = [
  {
    name: 'a server that does nothing but renew its keys is left',
    ids: ['T10'],
    file: 'src/transport/ssh/establish.ts',
    find: 'isSame && rekeys.take();\n',
    replace: 'isSame;\n',
  },
  {
    name: 'nothing is heard before the host key was judged, and no answer that was not asked for',
    ids: ['T10', 'T11'],
    file: 'src/transport/ssh/establish.ts',
    find: '    order.enforce();',
    replace: '',
  },
  {
    name: 'no ChaCha20 without strict key exchange',
    ids: ['T12'],
    file: 'src/transport/ssh/algorithms.ts',
    find: 'if (isStrict || !',
    replace: 'if (true || !',
  },
  {
    name: 'more than the window is the end',
    ids: ['T13'],
    file: 'src/transport/ssh/channel-guard.ts',
    find: 'data.length > channel.incoming.window',
    replace: 'data.length < 0',
  },
  {
    name: 'channels that nobody asked for are counted',
    ids: ['T14'],
    file: 'src/transport/ssh/channel-guard.ts',
    find: 'if (unsolicited > MAX_UNSOLICITED)',
    replace: 'if (unsolicited < 0)',
  },
  {
    name: 'a command is not waited for without an end',
    ids: ['T19'],
    file: 'src/transport/ssh/open-channels.ts',
    find: 'setTimeout(() => giveUp(late()), ANSWER_TIMEOUT_MS)',
    replace: 'setTimeout(() => {}, ANSWER_TIMEOUT_MS)',
  },
  {
    name: 'what ssh2 finds wrong is an end with a reason',
    ids: ['T29'],
    file: 'src/transport/ssh/establish.ts',
    find: "client.on('error', (",
    replace: "client.on('mistake' as 'error', (",
  },
  {
    name: 'the helper API has its routes and no others',
    ids: ['T20'],
    file: 'src/helpers/http-request.ts',
    find: "if (found.length === 0) throw new Refusal(404, 'route', 'There is no such route');",
    replace: "if (found.length === 0) found.push({ route: ROUTES[0] as Route, name: '' });",
  },
  {
    name: 'a request has one token',
    ids: ['T21'],
    file: 'src/helpers/http-request.ts',
    find: 'const token = found.length === 1 ? ',
    replace: 'const token = found.length > 0 ? ',
  },
  {
    name: 'what a login complains of is kept to a bound',
    ids: ['T19'],
    file: 'src/runner/preamble.ts',
    find: 'if (this.#complaints.length < MAX_NOISE_BYTES) ',
    replace: '',
  },
];
