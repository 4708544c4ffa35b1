import type { ParsedKey } from 'ssh2';
import type { PrivateProtocol, Privates, SignRequest } from './protocol.ts';

/** Holds a server to the order of the protocol: it answers what was asked, and speaks of nothing before its turn. */
export interface Order {
  /** From now on every message is judged. To be called when nobody wraps the handlers any more. */
  enforce(): void;
  /** The keys stand and the host is the one that we know: the login may begin. */
  verified(): void;
}

export interface OrderOptions {
  /** Ends the connection: the server broke the rules. */
  readonly onViolation: (found: string) => void;
}

/** What the server owes us an answer to. A `check` asks whether it would take a key; `answering` says that it is we who owe one. */
type Asked = 'service' | 'check' | 'key' | 'password' | 'questions' | 'answering';

type Stage = 'keys' | 'login' | 'open';

// An honest server has one banner, PAM a few.
const MAX_BANNERS = 64;
// RFC 8308 knows two.
const MAX_EXTENSIONS = 16;
// Rounds without a question are answered by ssh2 itself, without us and without an end.
const MAX_ROUNDS = 20;

const BEFORE_KEYS = 'the server went on before its host key was judged';
const NOT_ASKED = 'the server answered a login that was not sent';

/**
 * Between the server's keys and ours ssh2 already hears everything and would answer in clear text: with a login, even with a
 * command, to a host that nobody has judged yet. And it takes any answer to a login for the answer to the last one.
 */
export function openOrder({ protocol }: Privates, { onViolation }: OrderOptions): Order {
  let stage: Stage = 'keys';
  const asked: Asked[] = [];
  let checkedKey: Buffer | undefined;
  const counts = { banners: 0, extensions: 0, rounds: 0 };
  listenToRequests(protocol, asked, (key) => {
    checkedKey = key.getPublicSSH();
  });

  /** Why a message may not come now. */
  const judge: Readonly<Record<string, (...args: unknown[]) => string | undefined>> = {
    EXT_INFO: () =>
      ++counts.extensions > MAX_EXTENSIONS ? 'the server tells its extensions again and again' : undefined,
    SERVICE_ACCEPT: (name) => {
      if (stage === 'keys') return BEFORE_KEYS;
      return asked.shift() === 'service' && name === 'ssh-userauth' ? undefined : NOT_ASKED;
    },
    USERAUTH_BANNER: () => {
      if (stage === 'keys') return BEFORE_KEYS;
      return ++counts.banners > MAX_BANNERS ? 'the server sends banners without end' : undefined;
    },
    USERAUTH_SUCCESS: () => {
      const found = judgeVerdict(stage, asked);
      if (found === undefined) stage = 'open';
      return found;
    },
    USERAUTH_FAILURE: () => judgeVerdict(stage, asked),
    USERAUTH_PK_OK: (_algorithm, key) => {
      if (stage !== 'login' || asked.shift() !== 'check') return stage === 'keys' ? BEFORE_KEYS : NOT_ASKED;
      return Buffer.isBuffer(key) && checkedKey?.equals(key)
        ? undefined
        : 'the server asked for a key that was not offered';
    },
    USERAUTH_PASSWD_CHANGEREQ: () => (stage === 'login' && asked[0] === 'password' ? undefined : NOT_ASKED),
    USERAUTH_INFO_REQUEST: () => {
      if (stage !== 'login' || asked[0] !== 'questions') return NOT_ASKED;
      asked[0] = 'answering';
      return ++counts.rounds > MAX_ROUNDS ? 'the server asks without end' : undefined;
    },
    // These are a client's; ssh2 keeps the method of each one.
    SERVICE_REQUEST: () => 'the server spoke like a client',
    USERAUTH_REQUEST: () => 'the server spoke like a client',
    USERAUTH_INFO_RESPONSE: () => 'the server spoke like a client',
  };
  const judgeConnection = () => {
    if (stage === 'keys') return BEFORE_KEYS;
    return stage === 'open' ? undefined : 'the server went on before it let us in';
  };

  return {
    enforce: () => {
      const handlers = protocol._handlers;
      for (const name of new Set([...Object.keys(handlers), ...Object.keys(judge)])) {
        const judged = judge[name] ?? (/^(?:CHANNEL|GLOBAL|REQUEST)_/.test(name) ? judgeConnection : undefined);
        if (judged === undefined) continue;
        const original = handlers[name];
        handlers[name] = (self: never, ...args: never[]) => {
          const found = judged(...args);
          if (found !== undefined) onViolation(found);
          // After the login a banner has no meaning, and no reader.
          else if (name !== 'USERAUTH_BANNER' || stage === 'login') original?.(self, ...args);
        };
      }
    },
    verified: () => {
      if (stage === 'keys') stage = 'login';
    },
  };
}

/** A yes or no to a login that we sent. */
function judgeVerdict(stage: Stage, asked: Asked[]): string | undefined {
  if (stage === 'keys') return BEFORE_KEYS;
  const first = asked.shift();
  return stage === 'login' && first !== undefined && first !== 'service' ? undefined : NOT_ASKED;
}

function listenToRequests(protocol: PrivateProtocol, asked: Asked[], onCheck: (key: ParsedKey) => void): void {
  const { service, authPK, authPassword, authKeyboard, authInfoRes } = protocol;
  protocol.service = (name) => {
    asked.push('service');
    service.call(protocol, name);
  };
  protocol.authPK = (user, key, algorithm, sign) => {
    if (sign === undefined) {
      asked.push('check');
      onCheck(key);
      authPK.call(protocol, user, key, algorithm);
      return;
    }
    const signed: SignRequest = (data, done) =>
      sign(data, (signature) => {
        asked.push('key');
        done(signature);
      });
    authPK.call(protocol, user, key, algorithm, signed);
  };
  protocol.authPassword = (...args) => {
    asked.push('password');
    authPassword.apply(protocol, args);
  };
  protocol.authKeyboard = (...args) => {
    asked.push('questions');
    authKeyboard.apply(protocol, args);
  };
  protocol.authInfoRes = (...args) => {
    if (asked[0] === 'answering') asked[0] = 'questions';
    authInfoRes.apply(protocol, args);
  };
}
