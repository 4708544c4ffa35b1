import { message, SSH, uint32 } from '../../fixtures/ssh-packets.ts';
import type { Random } from '../random.ts';

const CHANNELS = [0, 0, 0, 0, 1, 2, 7, 0x7fff_ffff, 0xffff_ffff] as const;
const AMOUNTS = [0, 1, 255, 32_768, 2_097_152, 0x7fff_ffff, 0xffff_ffff] as const;
const REQUESTS = [
  'exit-status',
  'exit-signal',
  'keepalive@openssh.com',
  'eow@openssh.com',
  'xon-xoff',
  'signal',
  '',
] as const;
const GLOBALS = [
  'hostkeys-00@openssh.com',
  'hostkeys-prove-00@openssh.com',
  'tcpip-forward',
  'keepalive@openssh.com',
  '',
] as const;
const KINDS = [
  'session',
  'x11',
  'forwarded-tcpip',
  'auth-agent@openssh.com',
  'forwarded-streamlocal@openssh.com',
  '',
] as const;

type Field = number | boolean | string | Buffer;

/** The fields of each message as they should be, with values that need not be. */
const SHAPES: Readonly<Record<number, (random: Random) => readonly Field[]>> = {
  [SSH.DISCONNECT]: (random) => [random.pick([2, 11, 14, 999]), text(random), ''],
  [SSH.IGNORE]: (random) => [text(random)],
  [SSH.UNIMPLEMENTED]: (random) => [random.pick(AMOUNTS)],
  [SSH.DEBUG]: (random) => [true, text(random), ''],
  [SSH.SERVICE_ACCEPT]: (random) => [random.pick(['ssh-userauth', 'ssh-connection', ''])],
  [SSH.EXT_INFO]: (random) => [random.pick([0, 1, 0xffff_ffff]), 'server-sig-algs', text(random)],
  [SSH.KEXINIT]: (random) => [random.bytes(60)],
  [SSH.NEWKEYS]: () => [],
  50: (random) => ['root', 'ssh-connection', random.pick(['none', 'password', text(random)]), true, text(random)],
  [SSH.FAILURE]: (random) => [
    random.pick(['', 'password', 'publickey,keyboard-interactive']),
    random.pick([true, false]),
  ],
  [SSH.SUCCESS]: () => [],
  [SSH.BANNER]: (random) => [text(random), ''],
  [SSH.QUESTION]: (random) => [text(random), text(random), '', random.pick([0, 1, 9, 0xffff_ffff]), text(random), true],
  61: (random) => [1, text(random)],
  [SSH.GLOBAL_REQUEST]: (random) => [random.pick(GLOBALS), random.pick([true, false]), text(random)],
  [SSH.REQUEST_SUCCESS]: (random) => [text(random)],
  [SSH.REQUEST_FAILURE]: () => [],
  [SSH.OPEN]: (random) => [
    random.pick(KINDS),
    random.pick(CHANNELS),
    random.pick(AMOUNTS),
    random.pick(AMOUNTS),
    text(random),
  ],
  [SSH.OPEN_CONFIRMATION]: (random) => [
    random.pick(CHANNELS),
    random.pick(CHANNELS),
    random.pick(AMOUNTS),
    random.pick(AMOUNTS),
  ],
  [SSH.OPEN_FAILURE]: (random) => [random.pick(CHANNELS), random.pick(AMOUNTS), text(random), ''],
  [SSH.WINDOW_ADJUST]: (random) => [random.pick(CHANNELS), random.pick(AMOUNTS)],
  [SSH.DATA]: (random) => [random.pick(CHANNELS), text(random)],
  [SSH.EXTENDED_DATA]: (random) => [random.pick(CHANNELS), random.pick([0, 1, 1, 2, 0xffff_ffff]), text(random)],
  [SSH.EOF]: (random) => [random.pick(CHANNELS)],
  [SSH.CLOSE]: (random) => [random.pick(CHANNELS)],
  [SSH.CHANNEL_REQUEST]: (random) => [
    random.pick(CHANNELS),
    random.pick(REQUESTS),
    random.pick([true, false]),
    random.pick([0, 1, text(random), 'KILL']),
    true,
    text(random),
    '',
  ],
  [SSH.CHANNEL_SUCCESS]: (random) => [random.pick(CHANNELS)],
  [SSH.CHANNEL_FAILURE]: (random) => [random.pick(CHANNELS)],
};

const TYPES = Object.keys(SHAPES).map(Number);

/** One message of a server that has lost its mind: mostly of the connection protocol, often well-formed. */
export function randomMessage(random: Random): Buffer {
  const chance = random.next();
  // A type that there is not, with anything in it.
  if (chance < 0.05) return Buffer.concat([Buffer.from([random.whole(0, 255)]), random.bytes(random.whole(0, 64))]);
  const type = chance < 0.75 ? random.whole(SSH.GLOBAL_REQUEST, SSH.CHANNEL_FAILURE) : random.pick(TYPES);
  const made = message(type, ...(SHAPES[type]?.(random) ?? [random.pick(CHANNELS), text(random)]));
  return random.next() < 0.3 ? mutated(made, random) : made;
}

/** Cut short, drawn out, with a byte of its own, or with a length that lies. */
function mutated(payload: Buffer, random: Random): Buffer {
  const at = random.whole(1, Math.max(1, payload.length - 1));
  switch (random.whole(0, 3)) {
    case 0:
      return payload.subarray(0, at);
    case 1:
      return Buffer.concat([payload, random.bytes(random.whole(1, 40))]);
    case 2: {
      const changed = Buffer.from(payload);
      changed[at] = random.whole(0, 255);
      return changed;
    }
    default:
      return Buffer.concat([payload.subarray(0, at), uint32(random.pick(AMOUNTS)), payload.subarray(at)]);
  }
}

function text(random: Random): string {
  return 'x\x1b]0;\u202e'.slice(0, random.whole(0, 6)).repeat(random.pick([0, 1, 1, 20, 2_000]));
}
