import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { abortable } from '../base/wait.ts';
import { CroniumError, sentence } from '../domain/errors.ts';
import type { Json } from '../domain/event.ts';
import {
  asksFirst,
  hasOneHost,
  Refusal,
  readBody,
  readCondition,
  readIdempotencyKey,
  readTarget,
  readToken,
  unauthorized,
} from './http-request.ts';
import { LIMITS, Rate, type Turnstile } from './limits.ts';
import { answerBy, type HelperAnswer, type Sources } from './routes.ts';
import type { Origin, Tokens } from './tokens.ts';

/** The connection of a program on a server, as it comes through a tunnel. */
export interface Connection {
  readonly origin: Origin;
  /** The number of the last value in the job's log that must have had its effect first. */
  readonly after: number;
  readonly socket: Duplex;
}

export interface HttpDoorDeps extends Sources {
  readonly tokens: Tokens;
  readonly turnstile: Turnstile;
  /** Milliseconds that never go back. */
  readonly now: () => number;
  log(line: string): void;
}

const STATUS = { ok: 200, absent: 404, changed: 412, refused: 403, invalid: 400, gone: 410 } as const;

/** The door "http": Node's own HTTP over tunnels. It never listens; one connection is one request. */
export class HttpDoor {
  readonly #deps: HttpDoorDeps;
  readonly #connections = new WeakMap<Duplex, Connection & { request?: IncomingMessage; timer?: NodeJS.Timeout }>();
  readonly #server: Server;
  /** Whoever is refused a thousand times must not fill the log. */
  readonly #logged: Rate;

  constructor(deps: HttpDoorDeps) {
    this.#deps = deps;
    this.#logged = new Rate(1, 10, deps.now);
    this.#server = createServer({
      maxHeaderSize: LIMITS.headerBytes,
      insecureHTTPParser: false,
      // Refused by us, with a body like every other one.
      requireHostHeader: false,
    });
    // Node's own time limits only run in a server that listens.
    this.#server.timeout = 0;
    this.#server.keepAliveTimeout = 0;
    for (const event of ['request', 'checkContinue', 'checkExpectation'] as const) {
      this.#server.on(event, (request, response) => void this.#receive(request, response));
    }
    this.#server.on('clientError', (error, socket) => this.#refuseRaw(socket, problemOf(error)));
    for (const event of ['upgrade', 'connect'] as const) {
      this.#server.on(event, (_request, socket) => this.#refuseRaw(socket, NO_PROTOCOL));
    }
  }

  serve(connection: Connection): void {
    const { socket } = connection;
    const known = { ...connection };
    this.#connections.set(socket, known);
    this.#limit(socket, LIMITS.headerMs, () => this.#refuseRaw(socket, TOO_SLOW));
    socket.once('close', () => clearTimeout(this.#connections.get(socket)?.timer));
    this.#server.emit('connection', socket);
  }

  /** What happens when nothing else has happened within `ms`; the limit before it does not count any more. */
  #limit(socket: Duplex, ms: number, onLate: () => void): void {
    const connection = this.#connections.get(socket);
    if (!connection) return;
    clearTimeout(connection.timer);
    connection.timer = setTimeout(onLate, ms).unref();
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { socket } = request;
    const connection = this.#connections.get(socket);
    // What comes behind the first request has no answer: the connection ends with the first one's.
    if (!connection || connection.request) return;
    connection.request = request;
    const stop = new AbortController();
    socket.once('close', () => stop.abort(new Refusal(499, 'closed', 'The caller has gone')));
    this.#limit(socket, LIMITS.requestMs, () => stop.abort(TOO_SLOW));
    response.once('finish', () => {
      // What is still coming of a request that was refused is not read.
      this.#limit(socket, LIMITS.idleMs, () => socket.destroy());
    });
    try {
      const answer = await abortable(this.#answer(connection, request, { response, signal: stop.signal }), {
        signal: stop.signal,
      });
      say(response, answer);
    } catch (error) {
      if (socket.destroyed) return;
      const refusal = error instanceof Refusal ? error : INTERNAL;
      const { job, server } = connection.origin;
      if (this.#logged.take()) {
        const why = error === refusal ? refusal.code : sentence(error);
        this.#deps.log(`A request of job ${job} on "${server}" was refused (${refusal.status}): ${why}`);
      }
      refuse(response, refusal);
    }
  }

  /** For what is not a request that Node could give an answer to. */
  #refuseRaw(socket: Duplex, { status, code, message }: Refusal): void {
    // Only once; what still comes is not read as anything.
    if (socket.writableEnded || socket.destroyed) return;
    const body = bodyOf(code, message);
    const headers = { ...HEADERS, 'Content-Length': Buffer.byteLength(body) };
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.end(`HTTP/1.1 ${status} Refused\r\n${lines.join('')}\r\n${body}`);
    socket.resume();
    // A connection that is cut at once could take the answer with it.
    this.#limit(socket, LIMITS.lingerMs, () => socket.destroy());
  }

  async #answer(
    { origin, after }: Connection,
    request: IncomingMessage,
    { response, signal }: { readonly response: ServerResponse; readonly signal: AbortSignal },
  ): Promise<HelperAnswer & { readonly isWrite: boolean }> {
    using inside = this.#deps.turnstile.enter(origin);
    if (!inside) throw new Refusal(429, 'rate', 'There are too many requests of this job', { 'Retry-After': '1' });
    const { upgrade, expect } = request.headers;
    if (upgrade !== undefined || (expect !== undefined && !asksFirst(request))) throw NO_PROTOCOL;
    if (!hasOneHost(request)) throw new Refusal(400, 'http', 'A request needs one Host header');
    const target = readTarget(request);
    const permits = await this.#deps.tokens.verify(readToken(request), origin);
    if (!permits) throw unauthorized();
    const { route } = target;
    if (!permits.includes(route.permit)) throw new Refusal(403, 'permit', 'The token does not permit that');
    const job = this.#deps.book.find(origin.job);
    if (!job) throw unauthorized();
    const ifUnchanged = readCondition(request);
    const key = readIdempotencyKey(request) ?? randomBytes(16).toString('hex');
    const proceed = (): void => (asksFirst(request) ? response.writeContinue() : undefined);
    const value = route.maxBytes === undefined ? undefined : await readBody(request, route.maxBytes, proceed);
    await this.#deps.book.applied(origin.job, after, { signal });
    const { name, scope } = target;
    const answer = await answerBy(
      route,
      {
        job,
        call: `http ${key}`,
        ...(name === undefined ? {} : { name }),
        ...(scope === undefined ? {} : { scope }),
        ...(value === undefined ? {} : { value }),
        ...(ifUnchanged === undefined ? {} : { ifUnchanged }),
      },
      this.#deps,
    );
    const isWrite = route.method === 'PUT';
    const told = isWrite ? value : answer.value;
    const problem = answer.type === 'secret' && told !== undefined ? await this.#hide(origin.job, told) : undefined;
    // What was written stays written, and its script knew the value before.
    if (problem === undefined || isWrite) return { ...answer, isWrite };
    return { code: 'refused', message: problem, isWrite };
  }

  /** Has a secret masked in the log before its script hears it; the sentence that says why that is not possible. */
  async #hide(job: string, value: Json): Promise<string | undefined> {
    try {
      await this.#deps.hide(job, value);
      return undefined;
    } catch (error) {
      if (!(error instanceof CroniumError)) throw error;
      this.#deps.log(`A secret of job ${job} is not masked on its server: ${error.message}`);
      return error.message;
    }
  }
}

const INTERNAL = new Refusal(500, 'internal', 'The request could not be answered');
const TOO_SLOW = new Refusal(408, 'slow', 'The request did not come in time');
const NO_PROTOCOL = new Refusal(400, 'protocol', 'No other protocol than HTTP/1.1 is spoken here');

function problemOf(error: Error & { readonly code?: string }): Refusal {
  if (error.code !== 'HPE_HEADER_OVERFLOW') return new Refusal(400, 'http', 'That is not a proper HTTP request');
  return new Refusal(431, 'headers', `The headers are larger than ${LIMITS.headerBytes} bytes`);
}

/** Nothing of an answer may be kept or taken for something else, and the connection ends with it. */
const HEADERS = {
  'Content-Type': 'application/json',
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  Connection: 'close',
} as const;

function say(response: ServerResponse, answer: HelperAnswer & { readonly isWrite: boolean }): void {
  const { code, value, version, scope, message = 'That cannot be done', isWrite } = answer;
  if (code !== 'ok') return refuse(response, new Refusal(STATUS[code], code, message));
  const body = JSON.stringify(isWrite ? { version, scope } : (value ?? null));
  response.writeHead(200, {
    ...HEADERS,
    'Content-Length': Buffer.byteLength(body),
    ...(version === undefined ? {} : { ETag: `"${version}"` }),
    ...(scope === undefined ? {} : { 'Cronium-Scope': scope }),
  });
  response.end(body);
}

function refuse(response: ServerResponse, { status, code, message, headers }: Refusal): void {
  if (response.headersSent) return;
  const body = bodyOf(code, message);
  response.writeHead(status, { ...HEADERS, ...headers, 'Content-Length': Buffer.byteLength(body) });
  response.end(body);
}

function bodyOf(code: string, message: string): string {
  return JSON.stringify({ error: { code, message } });
}
