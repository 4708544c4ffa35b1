import { jwtVerify, SignJWT } from 'jose';
import { ALL_PERMITS } from './routes.ts';

export const AUDIENCE = 'cronium-helper';
export const TYPE = 'cronium-run+jwt';

/** How long a token is good. */
const LIFE_S = 900;
/** A new one is issued so often; the one before is good for a while longer, for requests on their way. */
export const RENEW_MS = 600_000;
const OVERLAP_MS = 60_000;

/** Wall clocks may be set while a token is out; what really ends it is `now`, which never goes back. */
const CLOCK_TOLERANCE_S = 120;

/** Ours have about 500 characters. */
const MAX_TOKEN_LENGTH = 4_096;

/** Where a request has come from, as this process knows it and nobody can claim it. */
export interface Origin {
  readonly job: string;
  readonly server: string;
  /** The very session, by identity. */
  readonly session: object;
}

interface Entry {
  readonly key: Uint8Array;
  readonly server: string;
  session?: object;
  /** Tokens that are good, by `jti`, until when. */
  readonly live: Map<string, number>;
}

/** `issuer` is this installation's id; `now` counts milliseconds and never goes back; `random` makes keys. */
export interface TokensDeps {
  readonly issuer: string;
  readonly now: () => number;
  readonly random: (bytes: number) => Buffer;
}

/**
 * The tokens with which scripts use the HTTP door. Each job has its own key, made here, kept in memory only and forgotten at the
 * job's end; signing and verifying happen in this one process, so that no other clock, key or algorithm has a say.
 */
export class Tokens {
  readonly #deps: TokensDeps;
  readonly #entries = new Map<string, Entry>();

  constructor(deps: TokensDeps) {
    this.#deps = deps;
  }

  /** A new token for a job; those before it are good for a minute more. */
  async issue(job: string, server: string): Promise<string> {
    const entry = this.#entries.get(job) ?? { key: this.#deps.random(32), server, live: new Map() };
    this.#entries.set(job, entry);
    const now = this.#deps.now();
    for (const [jti, until] of entry.live) {
      if (until <= now) entry.live.delete(jti);
      else entry.live.set(jti, Math.min(until, now + OVERLAP_MS));
    }
    const jti = this.#deps.random(16).toString('hex');
    entry.live.set(jti, now + LIFE_S * 1_000);
    const seconds = Math.floor(Date.now() / 1_000);
    return await new SignJWT({ srv: server, scope: ALL_PERMITS.slice() })
      .setProtectedHeader({ alg: 'HS256', typ: TYPE, kid: job })
      .setIssuer(this.#deps.issuer)
      .setAudience(AUDIENCE)
      .setSubject(`job:${job}`)
      .setJti(jti)
      .setIssuedAt(seconds)
      .setNotBefore(seconds)
      .setExpirationTime(seconds + LIFE_S)
      .sign(entry.key);
  }

  has(job: string): boolean {
    return this.#entries.has(job);
  }

  /** From now on the job's tokens are good on this session only. */
  bind(job: string, session: object): void {
    const entry = this.#entries.get(job);
    if (entry) entry.session = session;
  }

  /** What the token permits; undefined: it is not good here, for whatever reason. */
  async verify(token: string, { job, server, session }: Origin): Promise<readonly string[] | undefined> {
    const entry = this.#entries.get(job);
    if (!entry || !isAsWeWrite(token, job)) return undefined;
    try {
      const { payload } = await jwtVerify(token, entry.key, {
        algorithms: ['HS256'],
        typ: TYPE,
        issuer: this.#deps.issuer,
        audience: AUDIENCE,
        subject: `job:${job}`,
        requiredClaims: ['exp', 'iat', 'nbf', 'jti', 'srv', 'scope'],
        clockTolerance: CLOCK_TOLERANCE_S,
      });
      const { jti = '', srv, scope, aud } = payload;
      if (aud !== AUDIENCE || srv !== server || !isListOfTexts(scope)) return undefined;
      const isLive = (entry.live.get(jti) ?? 0) > this.#deps.now();
      // Looked at last: the job may have ended or been attached elsewhere meanwhile.
      return isLive && entry.session === session ? scope : undefined;
    } catch {
      // Why it is not good is nobody's business but ours.
      return undefined;
    }
  }

  /** The job has ended: no token of it is good any more. */
  revoke(job: string): void {
    const entry = this.#entries.get(job);
    entry?.live.clear();
    entry?.key.fill(0);
    this.#entries.delete(job);
  }
}

/**
 * Whether a token is written just as we write them: three canonical parts, no field twice, no blank, and no header but our three.
 * Whatever a parser could read in two ways is out before anything is read from it.
 */
function isAsWeWrite(token: string, job: string): boolean {
  if (token.length > MAX_TOKEN_LENGTH || !/^[\w-]+\.[\w-]+\.[\w-]{43}$/.test(token)) return false;
  const parts = token.split('.');
  if (parts.some((part) => Buffer.from(part, 'base64url').toString('base64url') !== part)) return false;
  try {
    const [header, claims] = parts.slice(0, 2).map((part) => {
      const text = Buffer.from(part, 'base64url').toString('utf8');
      const value: unknown = JSON.parse(text);
      if (JSON.stringify(value) !== text) throw new SyntaxError('Not as it was written');
      return value;
    });
    if (typeof claims !== 'object' || claims === null || Array.isArray(claims)) return false;
    return JSON.stringify(header) === JSON.stringify({ alg: 'HS256', typ: TYPE, kid: job });
  } catch {
    // Not JSON.
    return false;
  }
}

function isListOfTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
