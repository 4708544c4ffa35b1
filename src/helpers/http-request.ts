import type { IncomingMessage } from 'node:http';
import type { Json } from '../domain/event.ts';
import { isVariableScope, type VariableScope } from '../domain/shared-variable.ts';
import { parseValue } from './document.ts';
import { LIMITS } from './limits.ts';
import { ROUTES, type Route } from './routes.ts';

/** Why a request is not answered; `message` is a sentence for whoever wrote the script, and tells nothing that they did not. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

/** Where a request leads. */
export interface Target {
  readonly route: Route;
  readonly name?: string;
  readonly scope?: VariableScope;
}

/** HTTP demands it, and two of them are a trick. */
export function hasOneHost(request: IncomingMessage): boolean {
  return valuesOf(request, 'host').length === 1;
}

/** The token of the one `Authorization` header. */
export function readToken(request: IncomingMessage): string {
  const found = valuesOf(request, 'authorization');
  const token = found.length === 1 ? /^Bearer ([^\s,]+)$/.exec(found[0] ?? '')?.[1] : undefined;
  if (token) return token;
  throw unauthorized();
}

export function unauthorized(): Refusal {
  const message = 'The token is missing, of another run, or not good any more: "cronium.token" prints the newest one';
  return new Refusal(401, 'token', message, { 'WWW-Authenticate': 'Bearer' });
}

/** Finds the route of a request. Throws `Refusal`. */
export function readTarget({ method, url = '' }: IncomingMessage): Target {
  const cut = url.indexOf('?');
  const path = cut < 0 ? url : url.slice(0, cut);
  if (!path.startsWith('/') || path.includes('#')) throw new Refusal(400, 'path', 'The path has to begin with "/v1/"');
  const found = ROUTES.flatMap((route) => {
    const name = match(route.path, path);
    return name === undefined ? [] : [{ route, name }];
  });
  if (found.length === 0) throw new Refusal(404, 'route', 'There is no such route');
  const chosen = found.find(({ route }) => route.method === method);
  if (!chosen) {
    const Allow = found.map(({ route }) => route.method).join(', ');
    throw new Refusal(405, 'method', 'The route has no such method', { Allow });
  }
  const { route, name } = chosen;
  return { route, ...(name === '' ? {} : { name }), ...readQuery(route, cut < 0 ? '' : url.slice(cut + 1)) };
}

/** The name in a path, decoded once; `''` for a route without; undefined: it is another route. */
function match(pattern: string, path: string): string | undefined {
  const [prefix = '', isNamed] = pattern.split(/\{(?:name|path)\}/);
  if (isNamed === undefined) return path === pattern ? '' : undefined;
  const rest = path.startsWith(prefix) ? path.slice(prefix.length) : '';
  if (rest === '' || rest.includes('/') || rest.length > 3 * LIMITS.pathLength) return undefined;
  try {
    const name = decodeURIComponent(rest);
    return name.length > LIMITS.pathLength ? undefined : name;
  } catch {
    // Not UTF-8 in percent signs.
    throw new Refusal(400, 'path', 'The path is not encoded as a URL has to be');
  }
}

function readQuery(route: Route, query: string): { readonly scope?: VariableScope } {
  const fields = [...new URLSearchParams(query)];
  // A URL is written to logs and lists of processes.
  if (fields.some(([name]) => /token|authorization/i.test(name))) throw unauthorized();
  const [first, ...more] = fields;
  if (!first) return {};
  const [name, value] = first;
  if (more.length > 0 || !route.query.includes(name)) {
    throw new Refusal(400, 'query', 'The route has no such question behind its "?"');
  }
  if (!isVariableScope(value)) throw new Refusal(400, 'scope', 'A scope is server, event, workspace or global');
  return { scope: value };
}

/** The version that must stand: `If-Match: "7"`, or `If-None-Match: *` for none. */
export function readCondition(request: IncomingMessage): number | undefined {
  const match = valuesOf(request, 'if-match');
  const none = valuesOf(request, 'if-none-match');
  if (match.length + none.length === 0) return undefined;
  if (match.length === 0 && none.length === 1 && none[0] === '*') return 0;
  const version = match.length === 1 && none.length === 0 ? /^"(\d{1,15})"$/.exec(match[0] ?? '')?.[1] : undefined;
  if (version === undefined) {
    throw new Refusal(400, 'condition', 'A condition is If-Match: "VERSION" or If-None-Match: *');
  }
  return Number(version);
}

/** The key that tells a repeated write from a new one; undefined: it has none. */
export function readIdempotencyKey(request: IncomingMessage): string | undefined {
  const keys = valuesOf(request, 'idempotency-key');
  if (keys.length === 0) return undefined;
  const [key = ''] = keys;
  if (keys.length === 1 && /^[\x21-\x7e]{1,128}$/.test(key)) return key;
  throw new Refusal(400, 'idempotency', 'An Idempotency-Key has 1 to 128 visible characters');
}

/** The sender waits for our word before it sends the body, as curl does with large ones. */
export function asksFirst(request: IncomingMessage): boolean {
  return request.headers.expect?.toLowerCase() === '100-continue';
}

/** The JSON value of a body; `proceed` is called before it is read, when nothing speaks against it. Throws `Refusal`. */
export async function readBody(request: IncomingMessage, maxBytes: number, proceed: () => void): Promise<Json> {
  const { 'content-type': type = '', 'content-encoding': encoding, 'content-length': announced } = request.headers;
  if (!/^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i.test(type) || encoding !== undefined) {
    throw new Refusal(415, 'type', 'The body has to be Content-Type: application/json, not compressed');
  }
  const tooLarge = (): Refusal => new Refusal(413, 'size', `The body is larger than ${maxBytes} bytes`);
  if (Number(announced ?? 0) > maxBytes) throw tooLarge();
  proceed();
  const pieces: Buffer[] = [];
  let length = 0;
  // Not destroyed with the iteration: there is an answer to send.
  for await (const piece of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    length += piece.length;
    if (length > maxBytes) throw tooLarge();
    pieces.push(piece);
  }
  const value = parseValue(Buffer.concat(pieces));
  if (value !== undefined) return value;
  throw new Refusal(400, 'json', `The body is not JSON in UTF-8, or deeper than ${LIMITS.jsonDepth}`);
}

/** Every value of a header, as often as it was sent. */
function valuesOf({ rawHeaders }: IncomingMessage, name: string): string[] {
  return rawHeaders.flatMap((header, index) =>
    index % 2 === 0 && header.toLowerCase() === name ? [rawHeaders[index + 1] ?? ''] : [],
  );
}
