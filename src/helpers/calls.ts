import type { Duplex } from 'node:stream';
import { abortable } from '../base/wait.ts';
import { sentence } from '../domain/errors.ts';
import type { Json } from '../domain/event.ts';
import { isVariableName, isVariableScope } from '../domain/shared-variable.ts';
import type { HelpedJob } from './book.ts';
import { parseValue } from './document.ts';
import { LIMITS } from './limits.ts';
import { answerBy, getVariable, type HelperAnswer, type HelperRequest, type Sources, setVariable } from './routes.ts';

/** A variable in JSON, with room for what stands around it. */
const MAX_QUESTION_BYTES = LIMITS.variableBytes + 4_096;

/** The server gives an attempt up after 5 s, and asks again. */
const ATTEMPT_MS = 5_000;

/** A helper's call as it comes through a tunnel. */
export interface Call {
  readonly job: string;
  /** The number of the last value in the job's log that must have had its effect first. */
  readonly after: number;
  readonly socket: Duplex;
}

/** The door "call": one JSON object each way; docs/protocol.md, "Tunnels". */
export class Calls {
  readonly #sources: Sources;
  readonly #log: (line: string) => void;
  /** Calls under way: one that comes again meanwhile waits for the same answer. */
  readonly #running = new Map<string, Promise<HelperAnswer>>();

  constructor(sources: Sources, log: (line: string) => void) {
    this.#sources = sources;
    this.#log = log;
  }

  /** Never throws: a call that cannot be answered is given up, and comes again. */
  async serve({ job, after, socket }: Call): Promise<void> {
    const signal = AbortSignal.timeout(ATTEMPT_MS);
    try {
      const bytes = await abortable(readAll(socket), { signal });
      if (bytes.length === 0) return void socket.end();
      const helped = this.#sources.book.find(job);
      // Not ours any more: another client may know it.
      if (!helped) return void socket.destroy();
      const { request, verb, problem } = readQuestion(bytes, helped);
      if (!request) return say(socket, { code: 'invalid', message: problem });
      await this.#sources.book.applied(job, after, { signal });
      say(socket, await abortable(this.#answer(job, verb, request), { signal }));
    } catch (error) {
      // What has been done is told when the call comes again.
      if (!socket.destroyed) this.#log(`A call of job ${job} was given up: ${sentence(error)}`);
      socket.destroy();
    }
  }

  #answer(job: string, verb: 'get' | 'set', request: HelperRequest): Promise<HelperAnswer> {
    if (verb === 'get') return answerBy(getVariable, request, this.#sources);
    const key = `${job} ${request.call}`;
    const known = this.#running.get(key);
    if (known) return known;
    const answer = answerBy(setVariable, request, this.#sources);
    this.#running.set(key, answer);
    const forget = (): void => void this.#running.delete(key);
    answer.then(forget, forget);
    return answer;
  }
}

function say(socket: Duplex, answer: HelperAnswer): void {
  socket.end(JSON.stringify(answer));
}

async function readAll(socket: Duplex): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    length += piece.length;
    if (length > MAX_QUESTION_BYTES) throw new RangeError('The question is too long');
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

type Question =
  | { readonly request: HelperRequest; readonly verb: 'get' | 'set'; readonly problem?: undefined }
  | { readonly request?: undefined; readonly verb?: undefined; readonly problem: string };

function readQuestion(bytes: Uint8Array, job: HelpedJob): Question {
  // The value is one level deeper here.
  const fields = parseValue(bytes, LIMITS.jsonDepth + 1);
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) {
    return { problem: 'The question is not a JSON object' };
  }
  const { call, verb, name, scope, value, ifUnchanged, ifScope, secret } = fields as Readonly<Record<string, Json>>;
  if (verb !== 'get' && verb !== 'set') return { problem: 'There is no such verb' };
  if (typeof call !== 'string' || !/^[0-9a-f]{32}$/.test(call)) return { problem: 'The call has no number' };
  if (typeof name !== 'string' || !isVariableName(name)) return { problem: 'That is not the name of a variable' };
  if (scope !== undefined && !isVariableScope(scope)) return { problem: 'There is no such scope' };
  if (ifScope !== undefined && !isVariableScope(ifScope)) return { problem: 'There is no such scope' };
  if (ifUnchanged !== undefined && !isVersion(ifUnchanged)) return { problem: 'That is not a version' };
  if (secret !== undefined && typeof secret !== 'boolean') return { problem: 'A variable is secret or it is not' };
  if (verb === 'set' && value === undefined) return { problem: 'There is no value to set' };
  const request = {
    job,
    call,
    name,
    ...(scope === undefined ? {} : { scope }),
    ...(value === undefined ? {} : { value }),
    ...(ifUnchanged === undefined ? {} : { ifUnchanged }),
    ...(ifScope === undefined ? {} : { ifScope }),
    ...(secret === undefined ? {} : { secret }),
  };
  return { verb, request };
}

function isVersion(value: Json): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
